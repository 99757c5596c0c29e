"""A result as report.json and as report.html, one page that asks for nothing from outside."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from html import escape
from pathlib import Path

from bot.evaluate import lines, plots
from bot.evaluate.metrics import Result
from bot.evaluate.run import Row

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1f2933;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}svg{width:100%;font-size:12px}
.track{fill:#e4e7eb}.bar{fill:#3e7cb1}.whisker{stroke:#1f2933;fill:none}
table{border-collapse:collapse;width:100%;font-size:13px}td,th{border:1px solid #cbd2d9;padding:.3rem .5rem;
text-align:left;vertical-align:top}.bad{background:#fbe3e4}td.text{white-space:pre-wrap;overflow-wrap:anywhere}
"""


def write(result: Result, folder: Path, name: str) -> None:
    """Both files into `folder`, which is made if missing; `name` is the question set's."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise lines.LineError(f"{folder} cannot be made: {error.strerror}.") from None
    with lines.whole(folder / "report.json") as file:
        json.dump({"questions": name, **asdict(result)}, file, ensure_ascii=False, indent=2)
        file.write("\n")
    with lines.whole(folder / "report.html") as file:
        file.write(page(result, name))


def page(result: Result, name: str) -> str:
    """The whole HTML page."""
    times = [row.total_ms for row in result.rows if row.verdict != "failed"]
    latency = "".join(f"<li>{escape(key)}: {value:.0f} ms</li>" for key, value in result.latency.items())
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Evaluation of {escape(name)}</title>
<style>{STYLE}</style></head><body>
<h1>Evaluation of {escape(name)}</h1>
<p>{len(result.rows)} questions. {escape(_made_with(result.rows))}</p>
<h2>Means with 95 % intervals</h2>{plots.intervals(result.figures)}
<h2>Verdicts by kind of question</h2>{_confusion(result.confusion)}
{_outcomes(result)}
{_curve(result)}
<h2>Time to the whole answer</h2>{plots.distribution(times)}<ul>{latency}</ul>
<h2>Answers</h2>{_answers(result.rows)}
</body></html>
"""


def _outcomes(result: Result) -> str:
    """Sentences, claims and faults by kind, and each that had the wrong outcome."""
    if not result.groups:
        return ""
    counts = [[group.name, str(group.n), str(group.right), str(group.n - group.right)] for group in result.groups]
    wrong = [[row.group, row.id, row.text, row.wanted, row.got, row.why] for row in result.tested if not row.right]
    notes = "".join(f"<p>{escape(note)}</p>" for note in result.notes)
    return (
        f"<h2>Put before the guard</h2>{_table(['kind', 'n', 'right', 'wrong'], counts)}{notes}"
        f"<details><summary>What had the wrong outcome</summary>"
        f"{_table(['kind', 'id', 'text', 'wanted', 'got', 'why'], wrong)}</details>"
    )


def _curve(result: Result) -> str:
    if not result.curve:
        return ""
    said = "Questions in the order of the gate's sureness: the share answered, and the share of those wrongly."
    return f"<h2>Risk and coverage</h2><p>{said}</p>{plots.curve(result.curve)}"


def _made_with(rows: Sequence[Row]) -> str:
    parts = []
    for label, values in (
        ("Engine", {row.engine for row in rows}),
        ("Prompt", {row.prompt or "" for row in rows}),
        ("Index", {row.index for row in rows}),
    ):
        if known := sorted(values - {""}):
            parts.append(f"{label}: {', '.join(known)}.")
    return " ".join(parts)


def _confusion(counts: dict[str, dict[str, int]]) -> str:
    verdicts = sorted({verdict for row in counts.values() for verdict in row})
    body = [[kind, *(str(row.get(verdict, 0)) for verdict in verdicts)] for kind, row in counts.items()]
    return _table(["kind", *verdicts], body)


def _answers(rows: Sequence[Row]) -> str:
    """Every row, the ones that showed something forbidden or failed marked."""
    head = "".join(
        f"<th>{name}</th>" for name in ("id", "kind", "question", "verdict", "answer", "missed", "forbidden")
    )
    body = "".join(
        f'<tr class="{"bad" if row.forbidden or row.error else ""}">'
        f"<td>{escape(row.id)}</td><td>{row.kind}</td><td class=text>{escape(row.question)}</td>"
        f"<td>{escape(row.verdict)}</td><td class=text>{escape(row.error or row.text)}</td>"
        f"<td>{escape(', '.join(row.missed))}</td><td>{escape(', '.join(row.forbidden))}</td></tr>"
        for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def _table(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in body)
    return f"<table><tr>{top}</tr>{rows}</table>"
