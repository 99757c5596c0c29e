"""No change may make the desk worse by more than chance: the gate part of the sets, against the stored figures.

`python -m tests.gate.test_gate` stores them anew; whoever does says in the change why a figure fell. Nothing is tuned
to the questions of this part: tests/questions/README.md says which are for what.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from bot import examine, keeping
from bot.evaluate.columns import HEADLINES, worse_if_more
from bot.evaluate.metrics import Figure, Result
from bot.settings import load

HERE = Path(__file__).parent
QUESTIONS = HERE.parent / "questions"
SETS = (QUESTIONS / "desk.gate.jsonl", QUESTIONS / "thirty.jsonl")
STORED = HERE / "stored.json"


def result(folder: Path) -> Result:
    settings = load(index_dir=folder, openai_api_key=None, openai_base_url=None, llm_gguf=None)
    keeping.ingest(settings, [HERE.parents[1] / "knowledge"])
    return examine.examine(settings, SETS)[0]


def fallen(stored: Mapping[str, Mapping[str, float]], figures: Sequence[Figure]) -> list[str]:
    """The headlines that are missing, of fewer cases, or worse than the stored interval allows."""
    now = {item.name: item for item in figures}
    told = []
    for name, before in stored.items():
        if name not in now or now[name].n < before["n"]:
            told.append(f"{name}: not measured over {before['n']} cases")
        elif now[name].mean > before["high"] if worse_if_more(name) else now[name].mean < before["low"]:
            told.append(f"{name}: {now[name].mean:.3f}, was {before['mean']:.3f}")
    return told


@pytest.mark.slow
def test_no_headline_falls_below_its_interval(tmp_path: Path) -> None:
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    assert set(stored) == set(HEADLINES)
    assert fallen(stored, result(tmp_path).figures) == []


@pytest.mark.parametrize(
    ("mean", "n", "told"),
    [(0.75, 10, 0), (0.71, 10, 0), (0.69, 10, 1), (0.9, 10, 0), (0.75, 9, 1)],
)
def test_what_falls_is_told(mean: float, n: int, told: int) -> None:
    stored = {"vital facts held": {"mean": 0.75, "low": 0.7, "high": 0.8, "n": 10}}
    assert len(fallen(stored, [Figure("vital facts held", mean, 0, 1, n)])) == told
    assert fallen(stored, []) == ["vital facts held: not measured over 10 cases"]


@pytest.mark.parametrize(("mean", "told"), [(0.1, 0), (0.2, 0), (0.3, 1)])
def test_what_is_worse_when_more_is_held_by_the_other_end(mean: float, told: int) -> None:
    stored = {"false refusals": {"mean": 0.15, "low": 0.1, "high": 0.2, "n": 10}}
    assert len(fallen(stored, [Figure("false refusals", mean, 0, 1, 10)])) == told


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        rows = {item.name: item for item in result(Path(folder)).figures}
        kept = {
            name: {key: round(getattr(rows[name], key), 4) for key in ("mean", "low", "high", "n")}
            for name in HEADLINES
        }
    STORED.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
