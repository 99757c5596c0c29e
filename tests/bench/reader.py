"""How many tickets each file says it has, how many titles are numbered, and how many were read.

    python tests/bench/reader.py PATH ...

PATH is a file or a folder of .md, .jsonl or .csv files. What the file says of itself and what can be
counted in it is found by its own few patterns, not by the reader. Exit status 1 when a stated count is not met.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from bot.errors import KnowledgeError  # noqa: E402
from bot.tickets.intake import SUFFIXES  # noqa: E402
from bot.tickets.reading.reader import read  # noqa: E402

WHERE = 15, 40  # lines from the top and from the end in which a file speaks of itself
STATED = (
    re.compile(r"总(?:问题|工单|案例|问答|数据)?(?:数量?|计)\W{0,8}(\d{1,6})"),
    re.compile(
        r"(?:包含|收录|整理了?|共计?|共处理|共有)\s*(\d{1,6})\s*[个条例份则].{0,16}?(?:问题|工单|案例|问答|对话|记录)"
    ),
)
NUMBERED = re.compile(r"^#{1,4}\s*(?:[^\W\d]{1,4}\s*)?[#＃]?(\d{1,5})\s*[:：.、)）]", re.M)
CATEGORY = re.compile(r"^[^\w\n]*(?:问题|工单|产品)?(?:分类|类别|类型)(?:标签)?\W", re.M)


def stated(text: str) -> int | None:
    """The number of tickets that the file itself names at its top or its end."""
    lines = text.splitlines()
    for line in [*lines[: WHERE[0]], *lines[-WHERE[1] :]]:
        for pattern in STATED:
            if found := pattern.search(line):
                return int(found.group(1))
    return None


def files(paths: list[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        found += sorted(item for item in path.rglob("*") if item.suffix in SUFFIXES) if path.is_dir() else [path]
    return found


def main(paths: list[Path]) -> int:
    names = ("file", "stated", "highest number", "categories", "read", "set aside", "together", "")
    table = Table(*names[:1])
    for name in names[1:]:
        table.add_column(name, justify="right")
    wrong = 0
    sums = [0, 0]
    asides: list[str] = []
    for path in files(paths):
        try:
            text = path.read_text("utf-8", errors="replace")
            reading = read(path)
        except (KnowledgeError, OSError) as error:
            table.add_row(path.name, "", "", "", "", "", "", str(error))
            wrong += 1
            continue
        said = stated(text) if path.suffix == ".md" else None
        numbers = [int(number) for number in NUMBERED.findall(text)] if path.suffix == ".md" else []
        taken, aside = len(reading.tickets), len(reading.set_aside)
        met = said is None or said == taken + aside
        wrong += not met
        sums = [sums[0] + taken, sums[1] + aside]
        highest = str(max(numbers)) if len(numbers) > taken / 2 else "-"
        counted = str(len(CATEGORY.findall(text))) if path.suffix == ".md" else "-"
        row = ("-" if said is None else str(said), highest, counted, str(taken), str(aside), str(taken + aside))
        table.add_row(path.name, *row, "" if met else "not met")
        asides += [f"{row.file}, line {row.line}: {row.reason}" for row in (*reading.set_aside, *reading.notes)]
    table.add_row("all", "", "", "", str(sums[0]), str(sums[1]), str(sum(sums)), "", end_section=True)
    console = Console(width=110)
    console.print(table)
    for line in asides[:40]:
        console.print(line, markup=False, highlight=False)
    if len(asides) > 40:
        console.print(f"and {len(asides) - 40} more")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        print(__doc__)
        sys.exit(2)
    sys.exit(main([Path(name) for name in sys.argv[1:]]))
