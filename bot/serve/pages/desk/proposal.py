"""A draft for an agent, as a panel beside the talk: the letter, evidence to choose from, steps, asks, warnings."""

from __future__ import annotations

from collections.abc import Iterable

from bot.proposal import Proposal
from bot.records import Citation, Sentence
from bot.reply.mail import told
from bot.reply.rewording import TONES
from bot.serve.pages.desk.words import Words
from bot.serve.pages.names import RESOLUTIONS
from bot.serve.pages.paper import text


def render(proposal: Proposal, letter: str, w: Words, pasted: bool = False, tone: str = "") -> str:
    """`letter`: the text to edit, in the tone that was asked for; of a `pasted` ticket it is edited where it stands."""
    fixed = "" if pasted else " readonly"
    parts = [
        f'<section class="card" id="proposal" aria-label="{w("letter")}">',
        _head(proposal, w),
        _warnings(proposal, w),
        f'<textarea id="letter" rows="12"{fixed} aria-label="{w("letter")}">{text(letter)}</textarea>',
        _buttons(proposal, w, pasted, tone),
        _first(proposal, w),
        _ask(proposal, w),
        _evidence(proposal, w),
        _resolved(proposal, w),
        _similar(proposal, w),
        "</section>",
    ]
    return "".join(parts)


def sources(sentences: Iterable[Sentence], w: Words) -> str:
    """What each sentence of an edited text rests on."""
    rows = "".join(
        f"<li><span>{text(row.text)}</span> "
        + ("".join(f"<b>[{n}]</b>" for n in row.citations) or (f"<i>{w('own')}</i>" if row.kind == "own" else ""))
        + "</li>"
        for row in sentences
    )
    return f"<ul>{rows}</ul>"


def _head(proposal: Proposal, w: Words) -> str:
    seems = "｜".join(part for part in (proposal.product, proposal.topic) if part)
    shown = f'<span class="flag">{w("seems")} {text(seems)}</span>' if seems else ""
    return (
        f'<p><span class="flag sure-{proposal.confidence}">{w("confidence")} {w(proposal.confidence)}</span>{shown}</p>'
        f'<p class="meta">{text(proposal.reason)}</p>'
    )


def _warnings(proposal: Proposal, w: Words) -> str:
    rows = "".join(f"<li>{text(said)}</li>" for _, said in proposal.warnings)
    return f'<div class="mind" role="note"><b>{w("warnings")}</b><ul>{rows}</ul></div>' if rows else ""


def _buttons(proposal: Proposal, w: Words, pasted: bool, tone: str) -> str:
    other = "zh" if proposal.language == "en" else "en"
    spoken, toned = f'data-language="{proposal.language}"', f' data-tone="{tone}"' if tone else ""
    tones = "".join(f'<button type="button" class="plain tone" {spoken} data-tone="{t}">{w(t)}</button>' for t in TONES)
    use = "" if pasted else f'<button type="button" id="use">{w("use")} (U)</button>'
    quiet = "" if pasted else ' class="plain"'
    return (
        f'<div class="row">{use}<button type="button"{quiet} id="copy">{w("copy")}</button>{tones}'
        f'<button type="button" class="plain tone" data-language="{other}"{toned}>'
        f"{w('english' if other == 'en' else 'chinese')}</button>"
        f'<button type="button" class="plain" id="discard">{w("discard")}</button></div>'
    )


def _first(proposal: Proposal, w: Words) -> str:
    rows = "".join(
        f'<li><label><input type="checkbox" class="step" name="step" value="{n}"> {text(step)}</label></li>'
        for n, step in enumerate(proposal.first)
    )
    return f'<fieldset id="steps"><legend>{w("first")}</legend><ul>{rows}</ul></fieldset>' if rows else ""


def _ask(proposal: Proposal, w: Words) -> str:
    rows = "".join(f"<li>{text(told(need, 'en' if w.code == 'en' else 'zh'))}</li>" for need in proposal.ask)
    shown = f"<ul>{rows}</ul>" if rows else f'<p class="meta">{w("nothing_missing")}</p>'
    return f"<h3>{w('ask')}</h3>{shown}"


def _evidence(proposal: Proposal, w: Words) -> str:
    cited = proposal.answer.citations
    if not cited:
        return f'<h3>{w("evidence")}</h3><p class="meta">{w("no_evidence")}</p>'
    rows = "".join(_cited(row, statement) for row, statement in zip(cited, proposal.evidence, strict=False))
    again = f'<button type="button" class="plain" id="again">{w("again")}</button>'
    return f'<h3>{w("evidence")}</h3><ol class="evidence">{rows}</ol>{again}'


def _cited(row: Citation, statement: str) -> str:
    return (
        f'<li value="{row.n}"><label><input type="checkbox" class="chosen" value="{text(statement)}" checked> '
        f"<b>[{row.n}] {text(row.title)}</b></label><blockquote>{text(row.quote)}</blockquote>"
        f'<a class="meta" href="/knowledge/ticket?id={text(row.ticket)}" target="_blank">{text(row.ticket)}</a></li>'
    )


def _resolved(proposal: Proposal, w: Words) -> str:
    counts = {kind: n for kind, n in proposal.resolved.items() if kind != "total"}
    total = sum(counts.values())
    if not total:
        return ""
    rows = "".join(
        f"<li>{text(_ended(kind, w))} {count * 100 // total}% <span class=meta>({count}/{total})</span></li>"
        for kind, count in sorted(counts.items(), key=lambda item: -item[1])
    )
    typical = f'<p class="meta">{text(w("typical", time=proposal.typical_time))}</p>' if proposal.typical_time else ""
    return f"<h3>{w('resolved')}</h3><ul>{rows}</ul>{typical}"


def _ended(resolution: str, w: Words) -> str:
    return w.outcome(resolution) if w.code == "en" else RESOLUTIONS.get(resolution, resolution)


def _similar(proposal: Proposal, w: Words) -> str:
    rows = "".join(
        f'<li><a href="/knowledge/ticket?id={text(row.id)}" target="_blank">{text(row.title)}</a> '
        f'<span class="meta">{text(row.product)} · {text(_ended(row.resolution, w))}</span>'
        f"<br>{text(row.solved)}</li>"
        for row in proposal.similar
    )
    return f'<h3>{w("similar")}</h3><ul class="similar">{rows}</ul>' if rows else ""
