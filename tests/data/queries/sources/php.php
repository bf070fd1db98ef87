<html><body>
<?php
declare(strict_types=1);
namespace App\Models;
use Foo\{Bar, Baz as Qux}; use function strlen; use const PHP_EOL;
/** Documentation. */
#[Attribute(1, name: 'x')]
abstract class Thing extends Base implements A, B {
  use SomeTrait { a as protected b; }
  const MAX = 10; public readonly ?int $x; private static array $list = [1, 'k' => 2, ...[3]];
  public function __construct(private string $name = "v {$this->x} $y[0]", int ...$rest) { parent::__construct(); }
  abstract protected function run(self|int $a, &$b): ?static;
}
enum Suit: string { case Hearts = 'H'; const X = self::Hearts; }
interface I { function m(); } trait T { }
function &gen(array $items, callable $f = null): iterable {
  foreach ($items as $k => [$a, 'b' => $b]): yield $k => $f($a); endforeach;
  for ($i = 0; $i < 3; $i++) { if ($i == 1) continue; elseif ($i > 2) break; else { goto end; } }
  $fn = fn($x) => $x ** 2; $cl = static function () use (&$fn, $items) { return $fn; };
  switch ($x) { case 1: default: throw new \Exception('x' . PHP_EOL); }
  $r = match(true) { $a > 1, $b => 1, default => null };
  try { $o?->p['k']->{$dyn}(...$args); } catch (A | B $e) { } finally { }
  while (true) { do { echo $a ?? 1, <<<EOT
    heredoc $name {$o->p}
    EOT; } while (!isset($x, $y)); }
  # hash comment
  end: return (int) $a <=> -$b; // trailing
}
?>
<p><?= $value ?></p>
<?php
function broken($a, { return $a + ; }
class { $x = ; }
after($a, GFP_ATOMIC)
