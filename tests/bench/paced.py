"""What the desk adds to a model's first sentence: `python tests/bench/paced.py [--index DIR] [--paces 300:20,...]`.

A server on loopback speaks OpenAI's protocol at a given pace: milliseconds to its first token, and between tokens of
three characters. It quotes the evidence that it is given, as the prompt asks. Each question is answered by the desk,
and then the same prompt is sent to the same server by a plain `openai` client, whose first sentence is whole when its
full stop has come. Questions stand alone, so that no model is asked to rewrite them.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import openai  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from bot import keeping, settings, wire  # noqa: E402
from bot.evaluate.scripted import Scripted  # noqa: E402
from bot.records import Question, Sentence  # noqa: E402
from bot.reply.assistant import Assistant  # noqa: E402
from bot.search.opening import open_build  # noqa: E402

QUESTIONS = ROOT / "tests" / "questions" / "development.jsonl"
TOKEN = 3  # characters
_LINE = re.compile(r"^\[(\d+)\] (.+)$", re.M)


class Paced(Scripted):
    """Waits before its first token, then quotes the first three pieces of evidence in the prompt."""

    wait = 0.0

    def compose(self, prompt: str) -> str:
        time.sleep(self.wait)
        shown = [(number, text) for number, text in _LINE.findall(prompt) if not text.startswith("〔")]
        return "".join(f"{text.rstrip('。')}。[{number}]\n" for number, text in shown[:3])


def answered(assistant: Assistant, question: str) -> bool:
    """Whether the model's sentences leave, so that no other writer takes its place."""
    answer = assistant.answer(Question(question))
    return answer.verdict == "answered" and not answer.notice


def ours(assistant: Assistant, question: str) -> float:
    """Seconds to the first sentence with a citation."""
    began = time.perf_counter()
    for item in assistant.stream(Question(question)):
        if isinstance(item, Sentence) and item.citations:
            return time.perf_counter() - began
    raise SystemExit(f"No sentence of the model left: {question}")


def raw(client: openai.OpenAI, prompt: str) -> float:
    """Seconds to the end of the first sentence."""
    began = time.perf_counter()
    with client.chat.completions.create(
        model="scripted", messages=[{"role": "user", "content": prompt}], stream=True, temperature=0
    ) as chunks:
        for chunk in chunks:
            if chunk.choices and re.search("[。！？\n]", chunk.choices[0].delta.content or ""):
                return time.perf_counter() - began
    raise SystemExit("The model wrote no whole sentence.")


def main(args: argparse.Namespace) -> None:
    texts = [json.loads(line)["question"] for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as folder, Paced() as server:
        server.plan(("reply", server.compose))
        loaded = settings.load(
            index_dir=args.index or Path(folder), openai_api_key="k", openai_base_url=server.base_url
        )
        if args.index is None:
            keeping.ingest(loaded, [ROOT / "knowledge"])
        build = open_build(loaded.index_dir, wire.embeddings(loaded))
        assistant = wire.over(build, wire.model(loaded), wire.redactor(loaded), loaded)
        client = openai.OpenAI(base_url=server.base_url, api_key="k")
        asked = list(islice((text for text in texts if answered(assistant, text)), args.asked))
        table = Table(
            "first token, then each", "its own first sentence, p50", "through the desk", "added p50 / p95", "share"
        )
        for pace in args.paces.split(","):
            wait, each = map(float, pace.split(":"))
            server.wait, server.pace = wait / 1000, each / 1000 / TOKEN
            pairs = []
            for text in asked:
                build.embeddings._query.cache_clear()  # every question is a new one
                told = ours(assistant, text)
                pairs.append((told, raw(client, server.requests[-1]["messages"][0]["content"])))
            desk, own = np.array(pairs).T * 1000
            p50, p95 = np.percentile(desk - own, (50, 95))
            table.add_row(
                f"{wait:.0f} ms, {each:.0f} ms",
                f"{np.median(own):.0f} ms",
                f"{np.median(desk):.0f} ms",
                f"{p50:.0f} / {p95:.0f} ms",
                f"{np.median(desk / own - 1):+.1%}",
            )
        build.close()
        Console(width=110).print(table)
        print(f"{len(asked)} questions that it answers; load of the machine {os.getloadavg()[0]:.1f}.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--index", type=Path, help="an index that is there; else knowledge/ is indexed")
    parser.add_argument("--paces", default="100:10,300:20,1000:30,2000:60", help="ms to the first token:between tokens")
    parser.add_argument("--asked", type=int, default=20, help="questions at each pace (20)")
    main(parser.parse_args())
