"""A result, or two compared, as tables on a terminal."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.table import Table

from bot.evaluate.columns import HEADLINES
from bot.evaluate.compare import Comparison
from bot.evaluate.metrics import Result


def show(result: Result) -> None:
    """Figures, the headlines first, the verdicts each kind of question got, and times, on standard output."""
    console = _console()
    figures = Table("metric", "mean", "95 % interval", "n")
    order = {name: place for place, name in enumerate(HEADLINES)}
    for item in sorted(result.figures, key=lambda item: order.get(item.name, len(order))):
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
    if result.aurc is not None:
        console.print(f"Area under the curve of risk and coverage: {result.aurc:.3f}.")
    console.print(", ".join(f"{name} {value:.0f} ms" for name, value in result.latency.items()))
    if any(result.spent.values()):
        console.print(", ".join(f"{name} {value:.4g}" for name, value in result.spent.items()))


def compared(found: Comparison) -> None:
    """What is better, what is worse, what is noise, and which cases flipped."""
    console = _console()
    table = Table("figure", "before", "after", "95 % of the difference", "n", "says")
    for item in found.differences:
        if item.before != item.after:
            spread = f"{item.low:+.3f} to {item.high:+.3f}"
            table.add_row(item.name, f"{item.before:.3f}", f"{item.after:.3f}", spread, str(item.n), item.says)
    console.print(
        f"Against the other report: {found.n} questions in both, {found.alone[0]} and {found.alone[1]} in one."
    )
    if not table.row_count:
        console.print("No figure changed.")
        return
    console.print(table)
    if found.flips:
        flips = Table("set", "id", "before", "after", "question")
        for flip in found.flips:
            flips.add_row(flip.source, flip.id, flip.before, flip.after, flip.question[:40])
        console.print(flips)


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else 110, highlight=False)


def _confusion(result: Result) -> Table:
    verdicts = sorted({verdict for counts in result.confusion.values() for verdict in counts})
    table = Table("kind", *verdicts)
    for kind, counts in result.confusion.items():
        table.add_row(kind, *(str(counts.get(verdict, 0)) for verdict in verdicts))
    return table
