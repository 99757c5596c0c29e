"""Speed and memory of the whole line over knowledge/ and a question set, printed as one table.

    python tests/bench/speed.py [QUESTIONS.jsonl]

Index time, opening, the first answer of a process, the first sentence (p50, p95) and peak memory. A
measurement, not a test: machines are noisy, so compare two runs made side by side.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from bot import keeping, settings, wire  # noqa: E402
from bot.evaluate import sets  # noqa: E402


def main(path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        loaded = settings.load(index_dir=Path(folder) / "index", openai_api_key=None, openai_base_url=None)
        table = Table("what", "figure")
        started = time.perf_counter()
        report = keeping.ingest(loaded, [ROOT / "knowledge"])
        table.add_row(f"index of {report['tickets']} tickets", f"{time.perf_counter() - started:.2f} s")
        started = time.perf_counter()
        assistant = wire.assistant(loaded)
        table.add_row("opening it", f"{time.perf_counter() - started:.2f} s")
        cases = sets.load([path]).cases
        started = time.perf_counter()
        assistant.answer(cases[0].question)
        table.add_row("first answer, model loaded by it", f"{time.perf_counter() - started:.2f} s")
        first, whole = [], []
        for case in cases:
            answer = assistant.answer(case.question)
            first.append(answer.ms["first_sentence"])
            whole.append(answer.ms["total"])
        for name, times in (("first sentence", sorted(first)), ("whole reply", sorted(whole))):
            p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
            table.add_row(f"{name}, p50 / p95 of {len(times)}", f"{p50:.0f} / {p95:.0f} ms")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        table.add_row("peak memory", f"{peak:.0f} MB")
        assistant.close()
        Console(width=90).print(table)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "tests" / "questions" / "thirty.jsonl")
