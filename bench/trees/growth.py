"""What indexing and compacting cost as a codebase grows: prefixes of Linux in the order of paths, and a line through
their logarithms. A slope of 1 is linear."""
import json
import math
import shutil
import statistics

from pick_corpus_files import pick
from processes import run
from surroundings import say

MB = 1e6


def slope(points):
    """Least squares over the logarithms of (x, y)."""
    xs, ys = [math.log(x) for x, _ in points], [math.log(y) for _, y in points]
    mean_x, mean_y = statistics.fmean(xs), statistics.fmean(ys)
    return (sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys)) / sum((x - mean_x) ** 2 for x in xs))


def measure_point(one, directory, copse, jobs, compact):
    store = one.scratch / "growth_store"
    shutil.rmtree(store, ignore_errors=True)
    taken = run([copse, "index", directory, "--store", store, "-j", jobs, "--json"]).wall_s
    if compact:
        taken += run([copse, "compact", "--store", store, "-j", jobs, "--json"]).wall_s
    stats = json.loads(run([copse, "stats", "--store", store, "--json"]).output)
    shutil.rmtree(store)
    return stats["total"]["lines"], stats["store_bytes"], taken


def own_point(one, copse):
    stats = json.loads(run([copse, "stats", "--store", one.store, "--json"]).output)
    taken = one.metrics["index_s"] + one.metrics.get("compact_s", 0)
    return stats["total"]["lines"], stats["store_bytes"], taken


def measure_growth(one, copse, jobs, compact, corpus_directory):
    """Metrics of `one`, the language that grows. Its own store is the point beyond the prefixes."""
    points = []
    for lines in one.size.growth_lines:
        if lines is None:
            directory = corpus_directory("linux")
            one.step("growth: all of Linux")
        else:
            directory = one.scratch / "growth_files"
            shutil.rmtree(directory, ignore_errors=True)
            pick(one.directory, directory, one.suffixes, lines_max=lines)
            one.step(f"growth: {lines:,} lines")
        points.append(measure_point(one, directory, copse, jobs, compact))
    points.append(own_point(one, copse))
    points.sort()
    metrics = {}
    for i, (lines, stored, taken) in enumerate(points):
        metrics[f"growth_point{i}_mlines"] = lines / 1e6
        metrics[f"growth_point{i}_store_mb"] = stored / MB
        metrics[f"growth_point{i}_s"] = taken
    metrics["growth_exponent_bytes"] = slope([(lines, stored) for lines, stored, _ in points])
    metrics["growth_exponent_s"] = slope([(lines, taken) for lines, _, taken in points])
    say(f"growth: {metrics['growth_exponent_bytes']:.2f} in bytes, {metrics['growth_exponent_s']:.2f} in time")
    return metrics
