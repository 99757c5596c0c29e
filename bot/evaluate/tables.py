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
    verdicts = sorted({verdict for counts in result.confusion.values() for verdict in counts})
    confusion = Table("kind", *verdicts)
    for kind, counts in result.confusion.items():
        confusion.add_row(kind, *(str(counts.get(verdict, 0)) for verdict in verdicts))
    console.print(confusion)
    console.print(", ".join(f"{name} {value:.0f} ms" for name, value in result.latency.items()))
