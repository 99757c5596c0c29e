"""A result as report.json and as report.html, and what changed since the report that lay there before."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from bot.evaluate import lines, page
from bot.evaluate.compare import NAME, Comparison, compare, load
from bot.evaluate.metrics import Result


def last(result: Result, folder: Path) -> Comparison | None:
    """The result against the report in the folder; None where there is none of the same questions."""
    try:
        return compare(load(folder), result.rows)
    except lines.LineError:
        return None


def write(result: Result, folder: Path, name: str, command: str = "", change: Comparison | None = None) -> None:
    """Both files into `folder`, which is made if missing. name: the question sets'. command: what makes it again."""
    _made(folder)
    told = {"questions": name, "command": command, **asdict(result)}
    if change:
        told["change"] = asdict(change)
    _json(folder / NAME, told)
    with lines.whole(folder / "report.html") as file:
        file.write(page.page(result, name, command, change))


def write_comparison(found: Comparison, folder: Path) -> None:
    """compare.json into `folder`."""
    _made(folder)
    _json(folder / "compare.json", asdict(found))


def _made(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise lines.LineError(f"{folder} cannot be made: {error.strerror}.") from None


def _json(path: Path, value: object) -> None:
    with lines.whole(path) as file:
        json.dump(value, file, ensure_ascii=False, indent=2)
        file.write("\n")
