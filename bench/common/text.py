"""Figures as people read them."""
import os
import sys


def megabytes(value):
    return f"{value:,.1f} MB" if value < 100 else f"{value:,.0f} MB"


def seconds(value):
    return f"{value:.2f} s"


def microseconds(value):
    return f"{value:,.0f} µs" if value < 1000 else f"{value / 1000:,.1f} ms"


def times(value):
    return f"{value:.2f}×" if value < 10 else f"{value:,.0f}×"


def styles():
    """Bold, faint, plain: escape sequences for a terminal, nothing elsewhere."""
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    return ("\033[1m", "\033[2m", "\033[0m") if colour else ("", "", "")
