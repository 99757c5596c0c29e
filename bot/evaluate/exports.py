"""A run in the formats of others: TREC run and qrels, a dataset for ragas and deepeval, JUnit XML for CI."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree

from bot.evaluate import lines
from bot.evaluate.columns import right_verdict
from bot.evaluate.judging import DEEP, Row

TAG = "desk"  # the name of a run in its TREC lines
# What XML 1.0 cannot hold, even escaped.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(rows: Sequence[Row], facts: Mapping[tuple[str, str], Sequence[str]], folder: Path) -> None:
    """run.trec, qrels.trec, ragas.jsonl and junit.xml into a folder; `facts` of each case by source and id."""
    asked = [row for row in rows if row.gold]
    _file(folder / "run.trec", "".join(f"{line}\n" for row in asked for line in _run(row)))
    _file(folder / "qrels.trec", "".join(f"{query(row)} 0 {ticket} 1\n" for row in asked for ticket in row.gold))
    samples = (json.dumps(_sample(row, facts.get((row.source, row.id), ())), ensure_ascii=False) for row in rows)
    _file(folder / "ragas.jsonl", "".join(f"{sample}\n" for sample in samples))
    _file(folder / "junit.xml", junit(rows))


def query(row: Row) -> str:
    """The name of a case in run and qrels: its id, behind the name of its set, without blanks."""
    return re.sub(r"\s+", "_", f"{Path(row.source).stem}:{row.id}" if row.source else row.id)


def _run(row: Row) -> list[str]:
    return [
        f"{query(row)} Q0 {ticket} {place} {1 / place:.6f} {TAG}" for place, ticket in enumerate(row.ranked[:DEEP], 1)
    ]


def _sample(row: Row, facts: Sequence[str]) -> dict[str, object]:
    """A single turn as ragas names its parts: https://docs.ragas.io, SingleTurnSample."""
    return {
        "user_input": row.question,
        "response": row.text,
        "retrieved_contexts": [quote.quote for quote in row.quotes],
        "reference": "；".join(facts),
        "retrieved_context_ids": list(row.ranked),
        "reference_context_ids": list(row.gold),
    }


def wrong(row: Row) -> list[str]:
    """What is wrong with a reply, in words; nothing for one that is as it should be."""
    told = []
    if right_verdict(row) is False:
        told.append(f"the verdict is {row.verdict}")
    if row.forbidden:
        told.append(f"it shows {', '.join(row.forbidden)}")
    if row.vital is not None and row.vital < 1:
        told.append(f"it lacks {', '.join(row.missed)}")
    return told


def junit(rows: Sequence[Row]) -> str:
    """A test case a row: an error where there was no answer, a failure where something is wrong with it."""
    failures = [wrong(row) for row in rows]
    counts = {
        "tests": str(len(rows)),
        "errors": str(sum(bool(row.error) for row in rows)),
        "failures": str(sum(bool(told) and not row.error for row, told in zip(rows, failures, strict=True))),
    }
    suite = ElementTree.Element("testsuite", {"name": "evaluate", **counts})
    for row, told in zip(rows, failures, strict=True):
        case = ElementTree.SubElement(
            suite, "testcase", classname=f"{Path(row.source).stem}.{row.kind}", name=_plain(row.id)
        )
        case.set("time", f"{row.total_ms / 1000:.3f}")
        if row.error:
            ElementTree.SubElement(case, "error", message=_plain(row.error))
        elif told:
            node = ElementTree.SubElement(case, "failure", message=_plain("; ".join(told)))
            node.text = _plain(f"{row.question}\n\n{row.text}")
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _plain(text: str) -> str:
    return _NOT_XML.sub(" ", text)


def _file(path: Path, text: str) -> None:
    with lines.whole(path) as file:
        file.write(text)
