"""How well questions that want the same are grouped: pairs of paraphrases of one ticket, beside pairs of others.

    .venv/bin/python tests/bench/gaps.py            as it is shipped, on both parts
    .venv/bin/python tests/bench/gaps.py --fit      other weights and limits, on the development part alone
    .venv/bin/python tests/bench/gaps.py --many N   the seconds that N questions take

Two questions are a pair where they share a right ticket. That is a hard test: one ticket answers several things, and
the writers put each question in words far from the others'. Purity is the share of questions in a group that share
the ticket most of their group shares.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from bot.evaluate.gaps import MEANING, NEAR, together  # noqa: E402
from bot.search.embeddings import UseEmbeddings  # noqa: E402

SETS = ROOT / "tests" / "questions"
PARTS = {
    "development": ("development.jsonl", "desk.development.jsonl", "gate.dev.jsonl"),
    "gate": ("thirty.jsonl", "desk.gate.jsonl"),
}


def questions(part: str) -> list[tuple[str, frozenset[str]]]:
    """The questions of a part that stand alone, with their right tickets."""
    ids = re.findall(r"<!-- ticket: (\S+) -->", (ROOT / "knowledge" / "part-15.md").read_text("utf-8"))
    found = []
    for name in PARTS[part]:
        for line in (SETS / name).read_text("utf-8").splitlines():
            row = json.loads(line)
            right = frozenset(ids[item - 1] if isinstance(item, int) else item for item in row.get("tickets", ()))
            if right and row["kind"] in ("answerable", "partial") and not row.get("history"):
                found.append((row["question"], right))
    return found


class Kept:
    """Vectors, each text embedded once."""

    def __init__(self) -> None:
        self._use, self._known = UseEmbeddings(), dict[str, list[float]]()

    def __call__(self, texts: list[str]) -> list[list[float]]:
        new = list(dict.fromkeys(text for text in texts if text not in self._known))
        self._known.update(zip(new, self._use.embed_documents(new), strict=True))
        return [self._known[text] for text in texts]


def figures(rows: list[tuple[str, frozenset[str]]], vectors: Kept, meaning: float, near: float) -> dict[str, float]:
    groups = together([text for text, _ in rows], vectors, meaning, near)
    label = np.empty(len(rows), int)
    for number, members in enumerate(groups):
        label[members] = number
    same = label[:, None] == label[None, :]
    right = np.array([[bool(one & other) for _, other in rows] for _, one in rows])
    above = np.triu_indices(len(rows), 1)
    both = int((same & right)[above].sum())
    large = [members for members in groups if len(members) > 1]
    top = [Counter(ticket for at in members for ticket in rows[at][1]).most_common(1)[0][1] for members in large]
    return {
        "precision": both / max(int(same[above].sum()), 1),
        "recall": both / int(right[above].sum()),
        "purity": sum(top) / max(sum(map(len, large)), 1),
        "groups": len(groups),
        "questions": len(rows),
    }


def told(found: dict[str, float]) -> str:
    shares = ", ".join(f"{name} {found[name]:.2f}" for name in ("precision", "recall", "purity"))
    return f"{shares}, {found['groups']:.0f} groups of {found['questions']:.0f} questions"


def many(count: int) -> None:
    """Questions of all parts with words added by chance, embedded anew."""
    pick = random.Random(7)
    texts = [text for part in PARTS for text, _ in questions(part)]
    made = [f"{pick.choice(texts)} {pick.choice(texts)[:12]} {number}" for number in range(count)]
    vectors = Kept()
    vectors(["预热"])
    start = time.perf_counter()
    first = together(made, vectors)
    embedded = time.perf_counter()
    assert together(made, vectors) == first
    again = time.perf_counter() - embedded
    print(f"{count} questions: {embedded - start:.1f} s, {again:.1f} s with kept vectors, {len(first)} groups")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--many", type=int, default=0)
    args = parser.parse_args()
    if args.many:
        return many(args.many)
    vectors = Kept()
    if args.fit:
        rows = questions("development")
        for meaning in (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0):
            for near in np.arange(0.2, 0.65, 0.025).tolist():
                print(f"meaning {meaning}, near {near:.3f}: {told(figures(rows, vectors, meaning, near))}")
        return None
    for part in PARTS:
        print(f"{part}: {told(figures(questions(part), vectors, MEANING, NEAR))}")
    return None


if __name__ == "__main__":
    main()
