"""The tables of the codecs' parts, for a terminal and as a document."""
from text import styles

COLUMNS_MAX = 12


def cell(value):
    if isinstance(value, bool) or value is None:
        return "–" if value is None else str(value)
    if isinstance(value, float):
        return f"{value:,.3f}" if abs(value) < 100 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def is_plain(value):
    return value is None or isinstance(value, (str, int, float))


def table_of(rows):
    """Rows of one part may have different figures; a column is what at least one row has."""
    keys = list(dict.fromkeys(key for row in rows for key, value in row.items() if is_plain(value)))[:COLUMNS_MAX]
    lines = [keys, *([cell(row.get(key)) for key in keys] for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(keys))]
    text = {i for i, key in enumerate(keys) if any(isinstance(row.get(key), str) for row in rows)}
    return ["  ".join(f"{each:<{width}}" if i in text else f"{each:>{width}}"
                      for i, (each, width) in enumerate(zip(line, widths))).rstrip() for line in lines]


def table(report, colour=False):
    bold, faint, plain = styles() if colour else ("", "", "")
    machine = report["machine"]
    lines = [f"{bold}{report['copse']}, codecs, SIZE={report['size']}{plain}",
             f"{machine['cores']} × {machine['cpu']}, Linux {machine['kernel']}"]
    for part in report["parts"].values():
        lines += ["", f"{bold}{part['title']}{plain}", *table_of(part["rows"])]
    lines += ["", *(f"{key}: {cell(value)}" for key, value in report["metrics"].items())]
    if machine["load_before"] > machine["cores"] / 2:
        lines.append(f"{faint}The machine was busy (load {machine['load_before']}): believe the ratios, not the times.{plain}")
    return lines
