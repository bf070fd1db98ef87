/// <reference path="x" />
import type { A } from './a';
abstract class Foo<T extends object = {}> extends Bar<T> implements I, J {
  private readonly x?: number = 1; declare y: string; static z!: any;
  constructor(public a: string, protected b?: number) { super(); }
  abstract m<K extends keyof T>(this: Foo<T>, key: K, ...rest: T[K][]): asserts key is K;
  @decorator() get value(): unique symbol { return <any>this.x as unknown; }
  [key: string]: unknown;
}
interface Shape { readonly kind: 'circle' | "square"; (x: number): string; new (y: Date): Shape; method?(): void }
type Mapped<T> = { readonly [P in keyof T]?: T[P] extends (infer U)[] ? U : never } & Partial<Record<string, `a${string}`>>;
enum E { A = 1, B = A << 1, C = 'c'.length } declare const enum F { X }
namespace N.M { export function f(x: number): x is 1; }
declare module 'mod' { export default function g(): Promise<void>; }
function overload(a: string): void;
function overload(a: any, b?: [x: number, y?: string]) { const c = a!.b satisfies number; }
let tuple: readonly [number, ...string[]] = [1], fn: (a: typeof tuple) => asserts a, u: undefined | null = null;
export = Foo;
// errors
class Broken<T { x: ; m(: void }
let y: number = ;
type = string
function after(a: number, b) { return f<number>(a, GFP_ATOMIC) }
