"""How much of a screenshot is read: accuracy by characters, time and memory, on pictures made in a real browser.

    python tests/bench/ocr.py [--lines]

Accuracy is 1 - edit distance / length, runs of white space counted as one; "no spaces" leaves them out altogether. A
raw column says what stood there before mending, an unseen one holds the pages written after the reader was made.
Needs chromium and the fonts of Debian's fonts-noto-cjk. `--lines` prints the lines that differ.
"""

from __future__ import annotations

import resource
import sys
import time
from collections import defaultdict
from pathlib import Path
from statistics import mean

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "bench")]

from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402
from screens import Made, made  # noqa: E402

from bot.desk import recognition  # noqa: E402
from bot.desk.recognition import Line, Reader, Recognized  # noqa: E402
from bot.desk.screenshots import admit  # noqa: E402


def distance(left: str, right: str) -> int:
    row = list(range(len(right) + 1))
    for number, mine in enumerate(left, 1):
        above, row[0] = row[0], number
        for at, theirs in enumerate(right, 1):
            above, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, above + (mine != theirs))
    return row[-1]


def accuracy(truth: str, read: str, space: str = " ") -> float:
    right, said = space.join(truth.split()), space.join(read.split())
    return 1 - distance(right, said) / len(right)


def main(lines: bool) -> None:
    pictures = list(made())
    reader, mended = Reader(), recognition.mended
    recognition.mended = lambda text: " ".join(text.split())  # type: ignore[assignment]  # mended below, apart
    started = time.perf_counter()
    reader.read(admit(pictures[0].data))
    first = time.perf_counter() - started
    before = _memory()
    rows: dict[str, list[tuple[Made, float, float, float]]] = defaultdict(list)
    taken, seconds = [], []
    for picture in pictures:
        started = time.perf_counter()
        image = admit(picture.data)
        taken.append(time.perf_counter() - started)
        raw = reader.read(image)
        seconds.append(time.perf_counter() - started - taken[-1])
        read = Recognized(tuple(Line(mended(line.text), line.confidence) for line in raw.lines)).text
        figures = (
            accuracy(picture.truth, read),
            accuracy(picture.truth, read, ""),
            accuracy(picture.truth, raw.text, ""),
        )
        for kind in (picture.kind, "all"):
            rows[kind].append((picture, *figures))
        if lines:
            right = {"".join(line.split()) for line in picture.truth.splitlines()}
            for line in read.splitlines():
                if "".join(line.split()) not in right:
                    print(f"{picture.kind:9} {line}")
    table = Table(
        "kind", "pictures", "accuracy", "no spaces", "no spaces, raw", "unseen", "unseen, no spaces", "unseen, raw"
    )
    for kind, found in rows.items():
        unseen = [row for row in found if row[0].unseen]
        figures = [mean(row[at] for row in part) for part in (found, unseen) for at in (1, 2, 3)]
        table.add_row(kind, f"{len(found)}, {len(unseen)}", *(f"{figure:.4f}" for figure in figures))
    Console(width=120).print(table)
    print(f"first picture, models loaded by it: {first:.2f} s; afterwards p50 / p95 a picture:")
    print(f"  taken {_middle(taken)} s, read {_middle(seconds)} s")
    print(f"peak memory {_memory()} MB (after the first picture {before} MB)")


def _middle(values: list[float]) -> str:
    ordered = sorted(values)
    return f"{ordered[len(ordered) // 2]:.2f} / {ordered[int(len(ordered) * 0.95)]:.2f}"


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main("--lines" in sys.argv)
