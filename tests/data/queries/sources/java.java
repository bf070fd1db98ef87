/** Package documentation. */
package com.example.deep;
import java.util.*;
import static java.lang.Math.max;

@SuppressWarnings({"unchecked", "raw"})
public abstract sealed class Example<T extends Comparable<? super T> & Runnable> extends Base implements A, B<T> permits C {
  private static final int CONSTANT = 0x1F, other[] = {1, 2};
  enum Color { RED(1) { void f() {} }, GREEN; Color(int... x) { this(); } }
  record Point(int x, int y) { Point { assert x > 0 : "negative"; } }
  interface Inner { default void g() throws IOException {} int VALUE = 3; }
  @interface Marker { String value() default "x"; }
  static { System.out.println("init"); }
  public <U> Example(U u) { super(u); }
  // A line comment
  synchronized T run(final List<String> list, int... rest) throws Exception {
    label: for (int i = 0, j = 1; i < list.size(); i++, j--) {
      for (String s : list) { if (s instanceof String t && !t.isEmpty()) continue label; else break; }
    }
    switch (rest.length) { case 1, 2 -> { return null; } case 3: default: throw new IllegalStateException(); }
    try (var in = open(); in2) { int x = a ? b : (int) c; } catch (A | B e) { } finally { }
    Function<Integer, Integer> f = (x) -> x << 1; Runnable r = this::run; int[][] m = new int[3][];
    String text = """
        block "text"
        """; char c = '\u0041';
    do { ((((((x))))))++; } while (true);
    return new Object() { int y = 1; }.y;
  }
}
class Broken { void f( { int x = ; } int g() { return 1 } }
class After { int[] h() { call(a, GFP_ATOMIC) ; } 
