"""One hand-over: what was said, what is known of it, and the box in which the agent writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.desk.handoffs import HandoffRecord, ImageRecord, Line
from bot.desk.learning import Sent
from bot.desk.people import Account
from bot.serve.pages.desk.words import Words
from bot.serve.pages.paper import text


def render(
    record: HandoffRecord,
    lines: Iterable[Line],
    images: Sequence[ImageRecord],
    sent: Sequence[Sent],
    colleagues: Iterable[Account],
    account: Account,
    w: Words,
    said: str = "",
) -> str:
    head = _head(record, w)
    error = f'<p class="error" role="alert">{text(said)}</p>' if said else ""
    if record.state != "open":
        how = w("cancelled" if record.state == "cancelled" else "ended")
        over = f'<p class="card" role="status"><b>{how}</b><br>{w("ended_more")}</p>'
        return f"{head}{error}{over}{replies(sent, w, opened=True)}"
    rows = list(lines)
    talk, last = "".join(line(row, w) for row in rows), rows[-1].id if rows else record.last
    return (
        f"{head}{error}{facts(record, images, w)}"
        f'<ol id="talk" role="log" tabindex="0" aria-label="{w("conversation")}" data-id="{text(record.id)}"'
        f' data-last="{last}">'
        f"{talk}</ol>{box(record, colleagues, account, w)}{replies(sent, w)}"
    )


def stamp(record: HandoffRecord) -> str:
    """Changes with who may do what: the page is drawn anew then."""
    return f"{record.state}.{record.agent}"


def _head(record: HandoffRecord, w: Words) -> str:
    """What the customer wants, in their words where there are any; then why a person is needed."""
    title = record.summary.strip().partition("\n")[0] or record.reason
    flags = f'<span class="flag">{text(record.product)}</span>' if record.product else ""
    flags += f'<span class="flag open">{w("angry")}</span>' if record.mood else ""
    return (
        f'<header class="case-head"><a class="to-queue" href="/desk">{w("to_queue")}</a>'
        f'<h2 tabindex="-1">{text(title[:120])} {flags}</h2>'
        f'<p class="meta">{w("number")} {text(record.id)} · {w.clock(record.at)} · {text(record.reason)}</p></header>'
    )


def line(row: Line, w: Words) -> str:
    """A line of the talk; an event is told in a few words."""
    if row.author == "event":
        words = {kind: kind for kind in ("joined", "left", "opened", "away")}
        key = words.get(row.text, "transferred" if row.name else "requeued")
        return f'<li class="event" data-line="{row.id}">{text(w(key, name=row.name))} · {w.clock(row.at)}</li>'
    name = row.name or w("customer" if row.author == "customer" else "bot")
    return (
        f'<li class="line {row.author}" data-line="{row.id}" data-key="{text(row.key)}">'
        f'<span class="meta">{text(name)} · {w.clock(row.at)}</span><p class="words">{text(row.text)}</p></li>'
    )


def box(record: HandoffRecord, colleagues: Iterable[Account], account: Account, w: Words) -> str:
    """What the agent can do now: take it, or write, pass on and close."""
    if not record.agent:
        return (
            f'<form id="take" method="post" action="/desk/take"><input type="hidden" name="id" value="{record.id}">'
            f"<button>{w('take')} (T)</button></form>"
        )
    if record.agent != account.name:
        told = f'<p class="card" role="status">{text(w("taken_by", name=record.name))}</p>'
        return told + (_pass(record, colleagues, w) if account.role == "maintainer" else "")
    hidden = f'<input type="hidden" name="id" value="{text(record.id)}">'
    return (
        f'<form id="reply" method="post" action="/desk/say">{hidden}<input type="hidden" name="key" value="">'
        '<input type="hidden" name="draft" value=""><input type="hidden" name="evidence" value="">'
        f'<label for="text">{w("reply")}</label>'
        '<textarea id="text" name="text" rows="5" maxlength="8000" required'
        f' placeholder="{w("reply_hint")}"></textarea>'
        '<p id="problem" class="error" role="alert" hidden></p>'
        f'<div class="row"><button id="send">{w("send")}</button>'
        f'<button type="button" class="plain" id="draft-it">{w("draft")} (D)</button>'
        f'{picker(w)}</div><div id="sources"></div></form>'
        '<div class="row ends">'
        f'<details id="close" class="over up"><summary class="button">{w("close")}</summary>'
        f'<form class="card" method="post" action="/desk/close">{hidden}<p>{w("close_sure")}</p>'
        f"<button>{w('close_do')}</button></form></details>"
        f"{_pass(record, colleagues, w)}</div>"
    )


def _pass(record: HandoffRecord, colleagues: Iterable[Account], w: Words) -> str:
    """To whom it may go: a colleague, or back to the queue."""
    options = "".join(
        f'<option value="{text(other.name)}">{text(other.shown)}</option>'
        for other in colleagues
        if other.name != record.agent and other.active
    )
    return (
        '<form method="post" action="/desk/transfer" id="pass">'
        f'<input type="hidden" name="id" value="{text(record.id)}"><label for="to">{w("transfer")}</label>'
        f'<select id="to" name="to"><option value="">{w("back")}</option>{options}</select>'
        f'<button class="plain">{w("transfer_do")}</button></form>'
    )


def picker(w: Words, label: str = "picture") -> str:
    """The button that attaches an image, and its file field."""
    return (
        f'<button type="button" class="plain" id="picture">{w(label)}</button>'
        f'<input type="file" id="file" accept="image/png,image/jpeg,image/webp" hidden aria-label="{w(label)}">'
    )


def facts(record: HandoffRecord, images: Sequence[ImageRecord], w: Words) -> str:
    """What is known beside the talk; drawn anew as it grows."""
    rows: list[tuple[str, str]] = []
    if len(record.summary.strip()) > 120 or "\n" in record.summary.strip():
        rows.append(("summary", text(record.summary)))
    if record.needs:
        rows.append(("needs", "、".join(text(need) for need in record.needs)))
    if record.collected:
        shown = "".join(f"<li>{text(kind)}：<code>{text(value)}</code></li>" for kind, value in record.collected)
        rows.append(("collected", f"<ul>{shown}</ul>"))
    if record.contact:
        rows.append(("contact", f"<b>{text(record.contact)}</b>"))
    if images:
        shown = "".join(
            f'<a href="/desk/image?id={text(image.id)}" target="_blank" rel="noopener">'
            f'<img src="/desk/image?id={text(image.id)}" loading="lazy"'
            f' alt="{w("images_only")}{text(image.text[:200])}"></a>'
            for image in images
        )
        rows.append(("images", f'<div class="images">{shown}</div>'))
    listed = "".join(f"<div><dt>{w(key)}</dt><dd>{value}</dd></div>" for key, value in rows)
    return f'<dl class="facts card" id="facts"{"" if rows else " hidden"}>{listed}</dl>'


def replies(sent: Sequence[Sent], w: Words, opened: bool = False) -> str:
    """What was sent, each to be marked as reusable."""
    rows = "".join(
        f'<li><p class="words">{text(row.text)}</p>'
        f'<a class="button plain" href="/desk/reuse?sent={row.id}">{w("reuse")}</a></li>'
        for row in sent
        if row.how != "discarded"
    )
    here = (" open" if opened else "") + ("" if rows else " hidden")
    return f'<details id="sent"{here}><summary>{w("sent")}</summary><ul>{rows}</ul></details>'
