"""A result as one HTML page that asks for nothing from outside: headline, change, curves, the worst replies, all rows.

Everything that comes from a question, a reply or a ticket is escaped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape

from bot.evaluate import plots
from bot.evaluate.columns import HEADLINES, right_verdict
from bot.evaluate.compare import Comparison
from bot.evaluate.exports import wrong
from bot.evaluate.judging import Row
from bot.evaluate.metrics import Result

WORST = 20
STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:1.5rem auto;padding:0 1rem;color:#1f2933;background:#fff}
h1{font-size:1.4rem}h2{font-size:1.15rem;margin-top:2rem}svg{width:100%;max-width:40rem;font-size:11px;display:block}
.track{fill:#e4e7eb}.bar{fill:#3e7cb1}.whisker{stroke:#1f2933;fill:none}.line{stroke:#3e7cb1;stroke-width:2;fill:none}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.85rem}
td,th{border:1px solid #cbd2d9;padding:.3rem .5rem;text-align:left;vertical-align:top;
overflow-wrap:anywhere;min-width:4rem}
th{overflow-wrap:normal}td.text{white-space:pre-wrap;min-width:14rem}.bad{background:#fbe3e4}.better{color:#14632f}.worse{color:#9c1c28}
article{border:1px solid #cbd2d9;border-radius:.4rem;padding:.6rem .9rem;margin:.8rem 0}
article h3{margin:0;font-size:1rem}
.sides{display:grid;grid-template-columns:1fr 1fr;gap:1rem}.sides div{white-space:pre-wrap;overflow-wrap:anywhere}
blockquote{margin:.3rem 0;padding-left:.6rem;border-left:3px solid #3e7cb1}code{overflow-wrap:anywhere}
summary{cursor:pointer;font-weight:600}@media(max-width:44rem){.sides{grid-template-columns:1fr}}
@media(prefers-color-scheme:dark){body{background:#14191f;color:#e4e7eb}.track{fill:#323f4b}.whisker{stroke:#e4e7eb}
text{fill:#e4e7eb}td,th,article{border-color:#52606d}.bad{background:#4a1f24}.better{color:#7bd89a}.worse{color:#ff9aa5}}
"""


def page(result: Result, name: str, command: str = "", change: Comparison | None = None) -> str:
    """The whole HTML page."""
    head = [item for title in HEADLINES for item in result.figures if item.name == title]
    rest = [item for item in result.figures if item not in head]
    times = [row.total_ms for row in result.rows if row.verdict != "failed"]
    parts = [
        f"<h1>Evaluation of {escape(name)}</h1><p>{len(result.rows)} questions. {escape(_made_with(result.rows))}</p>",
        "".join(f"<p>{escape(note)}</p>" for note in result.notes),
        _section("Headline", plots.intervals(head) if head else ""),
        _section("Change since the last run", _change(change) if change else ""),
        _section("Verdicts by kind of question", _confusion(result.confusion) if result.rows else ""),
        _section("Risk and coverage", _curve(result)),
        _section("The worst replies", "".join(_worst(result.rows))),
        _section("By part", _slices(result) if result.slices else ""),
        _section("All figures", plots.intervals(rest) if rest else ""),
        _section("Put before the guard", _outcomes(result)),
        _section("Time, tokens and cost", plots.distribution(times) + _spent(result) if times else ""),
        _section("All replies", _rows(result.rows) if result.rows else ""),
        _section("Again", f"<p><code>{escape(command)}</code></p>" if command else ""),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Evaluation of {escape(name)}</title>\n<style>{STYLE}</style></head><body>\n"
        + "\n".join(part for part in parts if part)
        + "\n</body></html>\n"
    )


def _section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body}</section>" if body else ""


def _made_with(rows: Sequence[Row]) -> str:
    told: list[tuple[str, Callable[[Row], str]]] = [
        ("Engine", lambda row: row.engine),
        ("Prompt", lambda row: row.prompt or ""),
        ("Index", lambda row: row.index),
    ]
    parts = [(label, sorted({of(row) for row in rows} - {""})) for label, of in told]
    return " ".join(f"{label}: {', '.join(known)}." for label, known in parts if known)


def _change(change: Comparison) -> str:
    rows = [
        [item.name, f"{item.before:.3f}", f"{item.after:.3f}", f"{item.low:+.3f} to {item.high:+.3f}", item.says]
        for item in change.differences
        if item.before != item.after or item.name in HEADLINES
    ]
    flips = [[row.source, row.id, row.question, row.before, row.after] for row in change.flips]
    told = f"<p>{change.n} questions in both; {len(change.flips)} replies changed in what counts.</p>"
    table = _table(["figure", "before", "after", "95 % of the difference", "says"], rows)
    if not flips:
        return told + table
    changed = _table(["set", "id", "question", "before", "after"], flips)
    return f"{told}{table}<details><summary>What flipped</summary>{changed}</details>"


def _curve(result: Result) -> str:
    if not result.curve:
        return ""
    told = "Questions in the order of the gate's sureness: the share answered, and the share of those wrongly."
    return f"<p>{told} Area under the curve: {result.aurc:.3f}.</p>{plots.curve(result.curve)}"


def badness(row: Row) -> float:
    """How much is wrong with a reply, 0 for nothing: what must not be shown counts most, then no answer at all, then
    facts, verdict, support and the ticket put first."""
    lacking = 1 - row.vital if row.vital is not None else 0.0
    unsupported = 1 - row.grounded if row.grounded is not None else 0.0
    return (
        4.0 * bool(row.forbidden)
        + 3.0 * bool(row.error)
        + 2.0 * lacking
        + 1.5 * (right_verdict(row) is False)
        + 1.0 * unsupported
        + 0.5 * (row.right_first is False)
    )


def _worst(rows: Sequence[Row]) -> Iterable[str]:
    ranked = sorted((row for row in rows if badness(row)), key=lambda row: -badness(row))
    for row in ranked[:WORST]:
        told = [*wrong(row), *(f"not in what it cites: {text}" for text in row.unsupported)]
        if row.right_first is False:
            told.append(f"the first ticket is none of {', '.join(row.gold)}")
        quotes = "".join(f"<blockquote>[{q.n}] {escape(q.ticket)}\n{escape(q.quote)}</blockquote>" for q in row.quotes)
        yield (
            f"<article><h3>{escape(row.id)} ({row.kind}, {escape(row.source)}): {escape(row.question)}</h3>"
            f"<p>{escape(row.error or '; '.join(told))}</p>"
            f'<div class="sides"><div><strong>{escape(row.verdict)}</strong>\n{escape(row.text)}</div>'
            f"<div>{quotes or 'No evidence was shown.'}</div></div></article>"
        )


def _slices(result: Result) -> str:
    rows = []
    for part in result.slices:
        means = {item.name: item.mean for item in part.figures}
        rows.append([part.by, part.name, str(part.n), *(f"{means[t]:.2f}" if t in means else "" for t in HEADLINES)])
    return _table(["by", "which", "n", *HEADLINES], rows)


def _outcomes(result: Result) -> str:
    """Sentences, claims and faults by kind, and each that had the wrong outcome."""
    if not result.groups:
        return ""
    counts = [[group.name, str(group.n), str(group.right), str(group.n - group.right)] for group in result.groups]
    missed = [[row.group, row.id, row.text, row.wanted, row.got, row.why] for row in result.tested if not row.right]
    return (
        f"{_table(['kind', 'n', 'right', 'wrong'], counts)}<details><summary>What had the wrong outcome</summary>"
        f"{_table(['kind', 'id', 'text', 'wanted', 'got', 'why'], missed)}</details>"
    )


def _spent(result: Result) -> str:
    times = [f"{name}: {value:.0f} ms" for name, value in result.latency.items()]
    spent = [f"{name}: {value:.4g}" for name, value in result.spent.items()]
    return "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in [*times, *spent]) + "</ul>"


def _confusion(counts: dict[str, dict[str, int]]) -> str:
    verdicts = sorted({verdict for row in counts.values() for verdict in row})
    return _table(
        ["kind", *verdicts],
        [[kind, *(str(row.get(verdict, 0)) for verdict in verdicts)] for kind, row in counts.items()],
    )


def _rows(rows: Sequence[Row]) -> str:
    """Every row, the ones that showed something forbidden or failed marked."""
    body = "".join(
        f'<tr class="{"bad" if row.forbidden or row.error else ""}"><td>{escape(row.id)}</td><td>{row.kind}</td>'
        f"<td class=text>{escape(row.question)}</td><td>{escape(row.verdict)}</td>"
        f"<td class=text>{escape(row.error or row.text)}</td><td>{escape(', '.join(row.missed))}</td></tr>"
        for row in rows
    )
    head = "".join(f"<th>{name}</th>" for name in ("id", "kind", "question", "verdict", "answer", "missed"))
    return (
        f'<details><summary>{len(rows)} questions with their replies</summary><div class="wide">'
        f"<table><tr>{head}</tr>{body}</table></div></details>"
    )


def _table(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    rows = "".join(
        "<tr>"
        + "".join(
            f'<td class="{cell}">{cell}</td>' if cell in ("better", "worse") else f"<td>{escape(cell)}</td>"
            for cell in row
        )
        + "</tr>"
        for row in body
    )
    return f'<div class="wide"><table><tr>{top}</tr>{rows}</table></div>'
