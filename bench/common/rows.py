"""Rows of figures as a table, whatever they are."""


def figure(value):
    if isinstance(value, float):
        return f"{value:,.3f}" if abs(value) < 100 else f"{value:,.0f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return "–" if value is None else str(value)


def columns_of(rows):
    names = []
    for row in rows:
        names += [name for name in row if name not in names and not isinstance(row[name], (list, dict))]
    return names


def table_of(rows):
    """Columns in the order in which they first come, words to the left, figures to the right."""
    names = columns_of(rows)
    texts = [[figure(row.get(name)) for name in names] for row in rows]
    widths = [max([len(name)] + [len(line[i]) for line in texts]) for i, name in enumerate(names)]
    words = [any(isinstance(row.get(name), str) for row in rows) for name in names]

    def line_of(cells):
        return "  ".join(cell.ljust(width) if word else cell.rjust(width)
                         for cell, width, word in zip(cells, widths, words)).rstrip()
    return [line_of(names)] + [line_of(line) for line in texts]


def table_of_parts(report):
    """The rows of each part, what it has to show beside them, and all metrics."""
    lines = []
    for part in report["parts"].values():
        lines += [part["title"], "", *table_of(part["rows"]), ""]
        if part.get("trace"):
            lines += [str(line) for line in part["trace"]] + [""]
    width = max(map(len, report["metrics"]), default=0)
    return lines + ["Metrics", ""] + [f"{name.ljust(width)}  {figure(value)}"
                                      for name, value in report["metrics"].items()]
