"""How well claims of work and wishes are told: `python tests/bench/wording.py [--fit [PATH ...]] [--split test]`.

`--fit` makes bot/reply/deeds.npz and wishes.npz anew from the training sets and from the questions of
tests/questions that tickets answer. PATH: ticket files whose pieces carry labels (tests/statements), which teach how
agents really speak, and .jsonl files of questions labelled oos. Neither half that is counted is fitted to.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from bot.reply import deeds, wishes  # noqa: E402
from tests.bench.linear import fit  # noqa: E402
from tests.bench.statements import LABELS, TRAINING, matched, pieces, read_lines  # noqa: E402

GUARD, QUESTIONS = ROOT / "tests" / "guard", ROOT / "tests" / "questions"
_PENALTY = 50.0  # 3 to 100 were tried: claims.dev and wishes.dev differ by no more than two sentences
_WORK = {"action": "claim", "hold": "claim", "knowledge": "other"}

_ORDINARY = ("answerable", "partial", "followup", "clarify", "oos", "oos_near")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fit", nargs="*", type=Path)
    parser.add_argument("--split", choices=("dev", "test"), default="dev")
    args = parser.parse_args()
    if args.fit is not None:
        _fit(args.fit)
    claims = read_lines(GUARD / f"claims.{args.split}.jsonl")
    told = Counter((row["claim"], deeds.claims_work(row["text"]), deeds.by_rules(row["text"])) for row in claims)
    for claim, name in ((True, "claims of work missed"), (False, "other sentences taken for one")):
        many = sum(count for (said, _, _), count in told.items() if said == claim)
        wrong = sum(count for (said, got, _), count in told.items() if said == claim and got != claim)
        ruled = sum(count for (said, _, got), count in told.items() if said == claim and got != claim)
        print(f"{name}: {wrong} of {many}; by patterns alone {ruled}")
    messages = read_lines(QUESTIONS / f"wishes.{args.split}.jsonl")
    for (wish, got), count in sorted(Counter((row["wish"], _got(row["question"])) for row in messages).items()):
        print(f"wish {wish}, told as {got}: {count}")
    return 0


def _got(question: str) -> str:
    return "person" if wishes.wants_person(question) else "action" if wishes.wants_action(question) else "none"


def _fit(paths: list[Path]) -> None:
    sets = [path for path in paths if path.suffix == ".jsonl"]
    said = dict(pieces([path for path in paths if path not in sets]))
    own = [row for row in read_lines(LABELS) if row.get("split") == "development"]
    real = [(text, _WORK[kind]) for text, kind in matched([*own, *read_lines(TRAINING)], said)[0] if kind in _WORK]
    written = [(row["text"], deeds.KINDS[row["claim"]]) for row in read_lines(GUARD / "claims.training.jsonl")]
    fit(
        [(*deeds.features(text, deeds.by_rules(text)), kind) for text, kind in written + real],
        deeds.KINDS,
        deeds.WEIGHTS,
        _PENALTY,
    )
    asked = [(row["question"], row["wish"]) for row in read_lines(QUESTIONS / "wishes.training.jsonl")]
    for name in ("development", "followups.dev"):
        rows = read_lines(QUESTIONS / f"{name}.jsonl")
        asked += [(row["question"], "none") for row in rows if row["kind"] in _ORDINARY]
    asked += [(row["text"], "none") for path in sets for row in read_lines(path) if row["label"] in _ORDINARY]
    fit([(*wishes.features(text), wish) for text, wish in asked], wishes.KINDS, wishes.WEIGHTS, _PENALTY)


if __name__ == "__main__":
    sys.exit(main())
