"""A result as tables on a terminal."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.table import Table

from bot.evaluate.metrics import Result


def show(result: Result) -> None:
    """Figures, the verdicts each kind of question got, and times, on standard output."""
    console = Console(width=None if sys.stdout.isatty() else 100, highlight=False)
    figures = Table("metric", "mean", "95 % interval", "n")
    for item in result.figures:
        figures.add_row(item.name, f"{item.mean:.3f}", f"{item.low:.3f} to {item.high:.3f}", str(item.n))
    console.print(figures)
    if result.rows:
        console.print(_confusion(result))
    if result.groups:
        outcomes = Table("put before the guard", "n", "right", "wrong", "wrong %")
        for group in result.groups:
            wrong = group.n - group.right
            outcomes.add_row(group.name, str(group.n), str(group.right), str(wrong), f"{100 * wrong / group.n:.1f}")
        console.print(outcomes)
    for note in result.notes:
        console.print(note)
    console.print(", ".join(f"{name} {value:.0f} ms" for name, value in result.latency.items()))


def _confusion(result: Result) -> Table:
    verdicts = sorted({verdict for counts in result.confusion.values() for verdict in counts})
    table = Table("kind", *verdicts)
    for kind, counts in result.confusion.items():
        table.add_row(kind, *(str(counts.get(verdict, 0)) for verdict in verdicts))
    return table
