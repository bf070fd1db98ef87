//! Inner documentation.
#![allow(dead_code)]
use std::{collections::HashMap, fmt::{self, Display}, io::*};
/// A documented structure.
#[derive(Debug, Clone)]
pub struct Pair<'a, T: Display + 'a, const N: usize> where T: Clone {
    pub(crate) first: &'a T,
    second: [T; N],
}
pub trait Shape { const SIDES: u32; type Out; fn area(&self) -> f64 { 0.0 } }
enum Kind { Unit, Tuple(u8, String), Named { a: i32, b: Option<Box<Kind>> } }
impl<'a, T: Display + Clone, const N: usize> Pair<'a, T, N> {
    async fn run(mut self, f: impl Fn(i32) -> i32) -> Result<(), Box<dyn std::error::Error>> {
        let x = match self.second.len() { 0 => 1, n @ 1..=9 if n > 2 => { n * 2 } _ => 3usize };
        let closure = |a: i32, b| -> i32 { a + b };
        'outer: for i in 0..10 { while let Some(v) = map.get(&i) { if i == 3 { break 'outer; } } }
        println!("{} {:?}", x, closure(1, 2)?);
        unsafe { *ptr.add(1) = 'c' as u8; }
        macro_rules! inner { ($e:expr, $($t:ty),*) => { $e; $(let _: $t;)* } }
        Ok(())
    }
}
/* block /* nested */ comment */
static GREETING: &str = r#"raw "string""#;
mod deep { mod deeper { mod deepest { fn f() { (((((1)))));
 [[[0u8; 1]; 2]; 3]; } } } }
fn broken(a: i32 b: i32) -> { let = 3; }
impl X for { fn }
fn after() { a.b().c::<Vec<_>>()[0].await }
