using System; using static System.Math; using Alias = System.Collections.Generic.List<int>;
#region A region
#if DEBUG && !RELEASE
#nullable enable
#endif
[assembly: Foo("x", Bar = 1)]
namespace Outer.Inner {
  /// <summary>Documentation.</summary>
  [Serializable]
  public sealed partial class Thing<T, U> : Base<T>, IThing where T : class, new() where U : struct {
    private const int Max = 0x1F; readonly int[,] grid = new int[2, 3];
    public event EventHandler<int>? Changed;
    public string Name { get; private set; } = "x"; public int this[int i] => i * 2;
    public Thing(int a, params string[] rest) : base(a) { }
    ~Thing() { }
    public static implicit operator int(Thing<T, U> t) => 1;
    async Task<(int a, string b)> RunAsync(ref int x, out var y, CancellationToken token = default) {
      await foreach (var (k, v) in source) { if (k is > 3 and not null) continue; else break; }
      var q = from a in list where a.X > 1 orderby a.Y descending select new { a.X, Z = a.Y };
      using var f = Open(); lock (this) { checked { x++; } }
      switch (x) { case 1 when y: goto default; case int n: break; default: throw new Exception($"text {x,3:F2} {{}}"); }
      var s = x switch { 1 => "a", > 2 and < 5 => @"verbatim ""q""", _ => null };
      Func<int, int> g = x => { return x ?? 0; }; int? z = a?.b?[0] ?? -1; unsafe { int* p = &x; }
      try { } catch (Exception e) when (e.X) { } finally { }
      return (1, "b");
    }
  }
  public record struct Point(int X, int Y); enum E : byte { A = 1, B }
  interface I { void M(); } delegate void D(int x);
}
#endregion
class Broken { int f( { return 1 +; } int x = }
class After { void g() { ((((((h(a, GFP_ATOMIC))))))) } }
