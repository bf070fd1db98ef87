#!/usr/bin/env node
'use strict';
import def, { a as b, c } from './module.js';
import * as ns from "ns";
export default class Foo extends (Bar ?? Baz) {
  static #private = 1; static { this.x = 2; }
  get value() { return this.#private; }
  async *gen(a, { b, c: [d, ...e] = [] }, ...rest) { yield* await a; }
  [computed + 1] = () => ({ a, b: 1, ...c, 'k': 2, method() {} });
}
/** Documentation. @param {number} x */
export const f = async function named(x = 1) { // trailing
  for (const [k, v] of Object.entries(x)) { if (!k) continue; else break; }
  for (let i = 0, n = 3; i < n; i++) label: while (true) { break label; }
  try { throw new Error(`template ${x + `${nested}`} text`); } catch { } finally { }
  switch (x) { case 1: case 'a': return /re[g]ex\/+/gi.test(x); default: delete x.y?.[0]?.(1); }
  return x ? void 0 : (typeof x, x ??= 2, x ** 3 >>> 1);
};
const element = <div className="a" {...props}>text {value} <b.c/> &amp; <></></div>;
var deep = [[[[[[{ a: { b: { c: [1, , 2] } } }]]]]]];
let { p, q: { r = 1 } = {} } = deep, s;
require('x').y.z(function () { return arguments; })(1)`tag`;
let automatic = 1
let semicolons = 2
function broken(a, { return a + ; }
const = 3;
if (x { y( }
after(a, GFP_ATOMIC)
