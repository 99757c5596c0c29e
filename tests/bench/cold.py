"""From nothing to an answer: `python tests/bench/cold.py [--index DIR] [--rounds 3]`.

Seconds from the start of a process to a page that answers, and to the first whole reply over the API; by app.py, by
`make run` when everything is installed, and beside them `import gradio` alone, which no page of Gradio starts without.
The three take turns; the middle of the rounds counts.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.bench.load import QUESTIONS, serving  # noqa: E402


def started(index: Path, *command: str) -> tuple[float, float]:
    """Seconds to ready and to the first reply."""
    question = json.loads(QUESTIONS.read_text(encoding="utf-8").splitlines()[0])["question"]
    body = {"model": "support-desk", "messages": [{"role": "user", "content": question}]}
    with serving(*command, INDEX_DIR=index.resolve()) as app:
        began = time.perf_counter()
        httpx.post(f"{app.url}/v1/chat/completions", json=body, timeout=60).raise_for_status()
        return app.ready, app.ready + time.perf_counter() - began


def imported() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import gradio"], check=True)
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--index", type=Path, default=Path("var/index"))
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    imported()  # so that no round reads from the disk what another has in memory
    rows = [(imported(), *started(args.index), *started(args.index, "make", "run")) for _ in range(args.rounds)]
    alone, *others = (statistics.median(column) for column in zip(*rows, strict=True))
    print(f"import gradio alone: {alone:.1f} s")
    for name, (ready, first) in (("app.py", others[:2]), ("make run, second time", others[2:])):
        print(f"{name}: ready {ready:.1f} s ({ready / alone:.2f}), first reply {first:.1f} s ({first / alone:.2f})")
    print(f"In brackets: times `import gradio`. {args.rounds} rounds, load of the machine {os.getloadavg()[0]:.1f}.")


if __name__ == "__main__":
    main()
