"""How good drafts are: `python tests/bench/drafts.py [FILE...] [--index DIR] [--verbose]` over labelled tickets.

Without files: development, and of the held-out half its totals alone. What the figures mean: tests/drafts/README.md.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from bot import wire  # noqa: E402
from bot.proposal import Proposal  # noqa: E402
from bot.reply.live import LiveAssistant  # noqa: E402
from bot.settings import Settings  # noqa: E402

HELD = "heldout.jsonl"


def judged(row: dict[str, Any], made: Proposal, ms: float) -> dict[str, Any]:
    """The counts of one ticket."""
    tickets = [(cited.ticket, *cited.also) for cited in made.answer.citations]
    letter = made.text
    own = "\n".join([*(line.text for line in made.lines if not line.citations), *made.first])
    missing, given, ask = set(row["missing"]), set(row["given"]), set(made.ask)
    held = [any(word in letter for word in group) for group in row["must"]]
    return {
        "first": bool(tickets) and not set(row["evidence"]).isdisjoint(tickets[0]) if row["evidence"] else None,
        "similar": bool(made.similar) and made.similar[0].id in row["evidence"] if row["evidence"] else None,
        "silent": not tickets if not row["evidence"] else None,
        "facts": sum(held) / len(held) if held else None,
        "asked": (len(ask & missing), len(ask), len(missing)),
        "again": sorted(ask & given),
        "step": (bool(made.first), bool(row["agent_step"])),
        "invented": [word for word in row["must_not"] if word in own],
        "quoted": [word for word in row["must_not"] if word in letter and word not in own],
        "product": made.product == row["product"],
        "confidence": made.confidence,
        "ms": ms,
    }


def measured(assistant: LiveAssistant, rows: list[dict[str, Any]], verbose: bool) -> None:
    results = []
    for row in rows:
        started = time.perf_counter()
        made = assistant.propose(row["text"])
        result = judged(row, made, 1000 * (time.perf_counter() - started))
        results.append(result)
        if verbose:
            print(f"\n== {row['id']} {row['kind']} {json.dumps(result, ensure_ascii=False)}\n{made.text}")
            print(made.first, made.ask, made.product, made.topic, made.resolved, made.typical_time, made.reason)
            print(made.warnings, [(one.id, one.solved) for one in made.similar])
    for name, title in (
        ("first", "right evidence first"),
        ("similar", "right ticket first among the similar"),
        ("silent", "nothing cited where no ticket answers"),
        ("facts", "needed facts in the letter"),
        ("product", "product right"),
    ):
        values = [float(result[name]) for result in results if result[name] is not None]
        print(f"{title:40} {sum(values) / len(values):.2f} of {len(values)}")
    both, asked, wanted = (sum(result["asked"][place] for result in results) for place in range(3))
    print(f"{'missing items, precision and recall':40} {both}/{asked}, {both}/{wanted}")
    print(f"{'asks for something already given':40} {sum(bool(result['again']) for result in results)}")
    hit = sum(result["step"] == (True, True) for result in results)
    said, due = (sum(result["step"][place] for result in results) for place in range(2))
    print(f"{'steps of an agent, precision and recall':40} {hit}/{said}, {hit}/{due}")
    print(f"{'letters with something invented':40} {sum(bool(result['invented']) for result in results)}")
    print(f"{'letters that quote what must not appear':40} {sum(bool(result['quoted']) for result in results)}")
    for level in ("high", "medium", "low"):
        right = [result["first"] or bool(result["silent"]) for result in results if result["confidence"] == level]
        print(f"{f'confidence {level}: right':40} {sum(map(bool, right))}/{len(right)}")
    times = sorted(result["ms"] for result in results)
    print(f"{'ms, p50 and p95':40} {times[len(times) // 2]:.0f}, {times[int(len(times) * 0.95)]:.0f}")


def main() -> None:
    folder = ROOT / "tests" / "drafts"
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, default=sorted(folder.glob("*.jsonl")))
    parser.add_argument("--index", type=Path, default=Settings().index_dir)
    parser.add_argument("--verbose", action="store_true", help="each letter; never of the held-out half")
    args = parser.parse_args()
    assistant = wire.assistant(Settings(index_dir=args.index))
    assistant.propose("免费证书怎么申请")  # models load
    for path in args.files:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        print(f"\n{path.name}, {len(rows)} tickets")
        measured(assistant, rows, args.verbose and path.name != HELD)
    assistant.close()


if __name__ == "__main__":
    main()
