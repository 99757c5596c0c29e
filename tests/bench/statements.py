"""How well kinds of sentences are told: `python tests/bench/statements.py PATH... [--labels FILE] [--split test]`.

PATH: the ticket files that the labelled sentences come from. The labels hold hashes, never sentences; each piece
of an agent's words in PATH is hashed and looked up. Printed: macro-F1, F1 and confusion by kind, for the model and
for the rules alone. Rows with a "text" instead of a hash need no PATH. `--fit` makes bot/tickets/kinds.npz anew from
the training labels and the development half; the test half is never fitted to.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from bot.records import STATEMENT_KINDS, StatementKind  # noqa: E402
from bot.tickets.classifier import WEIGHTS, classify, slots  # noqa: E402
from bot.tickets.cutting import units  # noqa: E402
from bot.tickets.intake import files  # noqa: E402
from bot.tickets.kinds import by_rules  # noqa: E402
from bot.tickets.near import canonical  # noqa: E402
from bot.tickets.reading.reader import read  # noqa: E402
from tests.bench.linear import fit  # noqa: E402

LABELS = ROOT / "tests" / "statements" / "labels.jsonl"
TRAINING = ROOT / "tests" / "statements" / "training.jsonl"
Labelled = list[tuple[str, StatementKind]]


def key(text: str) -> str:
    """16 hex digits of the letters and digits of a piece."""
    return hashlib.blake2b(canonical(text).encode(), digest_size=8).hexdigest()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--labels", type=Path, default=LABELS)
    parser.add_argument("--split", choices=("development", "test", "all"), default="test")
    parser.add_argument("--fit", action="store_true")
    args = parser.parse_args()
    said = dict(pieces(args.paths))
    rows = read_lines(args.labels)
    if args.fit:
        own = [row for row in rows if row.get("split") == "development"]
        known = matched([*own, *read_lines(TRAINING)], said)[0]
        fit([(*slots(text, by_rules(text)), kind) for text, kind in known], STATEMENT_KINDS, WEIGHTS)
        classify.cache_clear()
    wanted = [row for row in rows if args.split in ("all", row.get("split", args.split))]
    found, missing = matched(wanted, said)
    print(f"{len(found)} of {len(wanted)} labelled pieces ({args.split}) are in these files, {missing} are not.")
    _agreement([row for row in wanted if "second" in row])
    if not found:
        return 1
    truth = [kind for _, kind in found]
    _show("rules alone", truth, [by_rules(text) for text, _ in found])
    _show("model", truth, [classify(text) for text, _ in found])
    return 0


def pieces(paths: Sequence[Path]) -> Iterator[tuple[str, str]]:
    for path in files(paths):
        for ticket in read(path).tickets:
            for turn in ticket.turns:
                if turn.role == "agent":
                    yield from ((key(unit.text), unit.text) for unit in units(turn.text))


def matched(rows: Sequence[dict[str, str]], said: dict[str, str]) -> tuple[Labelled, int]:
    texts = [(row.get("text") or said.get(row.get("key", "")), row["label"]) for row in rows]
    found: Labelled = [(text, label) for text, label in texts if text]  # type: ignore[misc]
    return found, len(rows) - len(found)


def _agreement(rows: Sequence[dict[str, str]]) -> None:
    """Of the two readings: the share of equal labels and Cohen's kappa (1960)."""
    if not rows:
        return
    same = sum(row["first"] == row["second"] for row in rows) / len(rows)
    one, other = Counter(row["first"] for row in rows), Counter(row["second"] for row in rows)
    chance = sum(one[kind] * other[kind] for kind in STATEMENT_KINDS) / len(rows) ** 2
    print(f"Two readings agree on {same:.3f} of {len(rows)}; kappa {(same - chance) / (1 - chance):.3f}.")


def _show(name: str, truth: Sequence[str], told: Sequence[str]) -> None:
    counts = Counter(zip(truth, told, strict=True))
    table = Table("labelled", *STATEMENT_KINDS, "precision", "recall", "F1", title=name)
    scores = []
    for kind in STATEMENT_KINDS:
        right = counts[kind, kind]
        labelled = sum(counts[kind, other] for other in STATEMENT_KINDS)
        given = sum(counts[other, kind] for other in STATEMENT_KINDS)
        precision, recall = right / (given or 1), right / (labelled or 1)
        scores.append(2 * right / ((labelled + given) or 1))
        cells = [str(counts[kind, other] or "") for other in STATEMENT_KINDS]
        table.add_row(kind, *cells, f"{precision:.3f}", f"{recall:.3f}", f"{scores[-1]:.3f}")
    Console(width=110).print(table)
    right = sum(counts[kind, kind] for kind in STATEMENT_KINDS)
    print(f"{name}: macro-F1 {sum(scores) / len(scores):.3f}, right {right / len(truth):.3f} of {len(truth)}\n")


def read_lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


if __name__ == "__main__":
    sys.exit(main())
