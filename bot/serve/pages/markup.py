"""Records become the chat's markup. Nothing from a ticket or a customer is ever markup here.

The chat component reads Markdown and HTML, then sanitises. So every character of foreign text
that either could read is written as a number, and the markup stays on one line, where Markdown
leaves it alone. The sanitiser drops data- and aria- attributes: names live in ids and classes,
and the script adds what assistive technology needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from bot.records import Answer, Citation, Sentence
from bot.serve.pages.talk import Exchange, Handover, Said
from bot.serve.pages.texts import Texts

_SPECIAL = re.compile(r"[\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x9f]")
_LINK = re.compile(r"https?://[A-Za-z0-9\-._~:/?#@!$&'()*+,;=%\[\]]+")
_STEP = re.compile(r"\s*(\d{1,2})\s*[.、)．）]\s*(?!\d)(.+)")
_ITEM = re.compile(r"\s*[-•·*]\s+(.+)")
_AFTER = re.compile(r"\s*(注意|说明|提示|备注|另外|温馨提示)")


def escape(text: str) -> str:
    """Text that neither HTML nor Markdown can read as anything but text."""
    return _SPECIAL.sub(lambda m: " " if m[0].isspace() else f"&#{ord(m[0])};", text)


def lines(text: str) -> str:
    return "<br>".join(escape(line) for line in text.strip().split("\n"))


def linked(text: str) -> str:
    """Escaped text in which web addresses can be followed."""
    parts: list[str] = []
    at = 0
    for match in _LINK.finditer(text):
        url = match[0].rstrip(".,;:!?'*")
        if url.endswith(")") and "(" not in url:
            url = url[:-1]
        parts.append(escape(text[at : match.start()]))
        parts.append(f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">{escape(named(url))}</a>')
        at = match.start() + len(url)
    return "".join(parts) + escape(text[at:])


def named(url: str) -> str:
    """A link as it is read: whose it is, and the last word of its path."""
    parts = urlsplit(url)
    last = parts.path.rstrip("/").rpartition("/")[2]
    return f"{parts.netloc} › {last}" if last else parts.netloc


def blocks(text: str, tail: str = "") -> str:
    """Paragraphs and lists; `tail` goes to the end of the last one."""
    out: list[tuple[str, str, int]] = []  # tag, content, first number
    for line in filter(str.strip, text.split("\n")):
        step, item = _STEP.match(line), _ITEM.match(line)
        if step:
            out.append(("ol", linked(step[2]), int(step[1])))
        elif item:
            out.append(("ul", linked(item[1]), 1))
        elif out and out[-1][0] != "p" and not _AFTER.match(line):
            tag, content, number = out[-1]
            out[-1] = (tag, f"{content}<br>{linked(line.strip())}", number)
        else:
            out.append(("p", linked(line.strip()), 1))
    if out:
        tag, content, number = out[-1]
        out[-1] = (tag, f"{content}{tail}", number)
    html, open_tag = "", ""
    for tag, content, number in out:
        if open_tag and tag != open_tag:
            html += f"</{open_tag}>"
            open_tag = ""
        if tag == "p":
            html += f"<p>{content}</p>"
            continue
        if not open_tag:
            html += f'<ol start="{number}">' if tag == "ol" else "<ul>"
            open_tag = tag
        html += f"<li>{content}</li>"
    return html + (f"</{open_tag}>" if open_tag else "")


def cite(n: int, texts: Texts) -> str:
    return f'<button type="button" class="cite n-{n}"><span class="sr">{texts.cite} </span>{n}</button>'


def sentence(item: Sentence, texts: Texts) -> str:
    marks = "".join(cite(n, texts) for n in item.citations)
    tail = f'<span class="marks">{marks}</span>' if marks else ""
    label = f'<span class="label">{texts.precedent}</span>' if item.kind == "precedent" else ""
    return f'<div class="said {item.kind}">{label}{blocks(item.text, tail)}</div>'


def source(item: Citation, texts: Texts) -> str:
    """A hidden card; the script shows it in the panel."""
    agree = texts.agree.format(n=item.agree) if item.agree > 1 else texts.agree_one
    where = texts.where_part.format(file=item.source.file, ordinal=item.source.ordinal, line=item.source.line)
    rows = [
        (texts.category, item.category),
        (texts.where, where if item.source.file else ""),
        (texts.ticket, item.ticket),
    ]
    facts = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in rows if value)
    return (
        f'<section class="source n-{item.n}" hidden><h3>{escape(item.title or texts.no_title)}</h3>'
        f'<p class="agree">{escape(agree)}</p><h4>{texts.quote}</h4>'
        f"<blockquote>{lines(item.quote)}</blockquote><dl>{facts}</dl></section>"
    )


def sources(items: Iterable[Citation], texts: Texts) -> str:
    found = tuple(items)
    if not found:
        return ""
    row = "".join(
        f'<li><button type="button" class="from n-{c.n}"><b>{c.n}</b>'
        f"<span>{escape(c.title or texts.no_title)}</span></button></li>"
        for c in found
    )
    cards = "".join(source(c, texts) for c in found)
    return f'<div class="sources"><h4>{texts.sources}</h4><ul>{row}</ul></div>{cards}'


def chips(questions: Iterable[str], label: str) -> str:
    buttons = "".join(f'<li><button type="button" class="chip">{escape(q)}</button></li>' for q in questions)
    return f'<div class="chips"><h4>{label}</h4><ul>{buttons}</ul></div>' if buttons else ""


def handoff(answer: Answer, texts: Texts, offered: bool) -> str:
    """Why a person is needed and what to have ready, where the reply has not said so, and the way there."""
    if answer.handoff is None:
        return ""
    reason = "" if answer.handoff.reason in answer.text else f"<p>{lines(answer.handoff.reason)}</p>"
    needs = "".join(f"<li>{escape(need)}</li>" for need in answer.handoff.needs if need not in answer.text)
    listed = f"<p>{texts.needs}：</p><ul>{needs}</ul>" if needs else ""
    button = f'<button type="button" class="do-person">{texts.person}</button>' if offered else ""
    if not (reason or listed or button):  # the reply has said it all, and the card of the hand-over follows
        return ""
    return f'<div class="person"><h4>{texts.need_person}</h4>{reason}{listed}{button}</div>'


def handover(index: int, item: Handover, texts: Texts) -> str:
    """The card of a hand-over that was asked for."""
    if item.state != "open":
        said = texts.cancelled if item.state == "cancelled" else texts.ended
        return f'<div class="handover over" id="item-{index}"><p>{said}</p></div>'
    needs = "".join(f"<li>{escape(need)}</li>" for need in item.needs)
    listed = f"<p>{texts.needs}：</p><ul>{needs}</ul>" if needs else ""
    if item.person:
        said = texts.with_person.format(name=item.person)
    elif item.hours:
        said = texts.closed_now.format(hours=item.hours)
    else:
        said = texts.opened_next
    reach = f'<p class="reached">{texts.reached}</p>' if item.reached else ""
    if not item.reached and not item.person:
        reach = f'<button type="button" class="do-contact">{texts.contact}</button>'
    end = texts.leave if item.person else texts.cancel
    return (
        f'<div class="handover{" joined" if item.person else ""}" id="item-{index}"><h4>{texts.opened}'
        f'<span class="number">{escape(item.number)}</span></h4><p>{escape(said)}</p>{listed}'
        f'<p class="deeds">{reach}<button type="button" class="do-cancel">{end}</button></p></div>'
    )


def said(item: Said, texts: Texts) -> str:
    """What a person of the staff says, or that they came or left."""
    if item.author == "event":
        words = {"joined": texts.joined, "left": texts.left, "transferred": texts.transferred}
        told = texts.waiting_again if item.text == "transferred" and not item.name else words.get(item.text, "")
        return f'<p class="event">{escape(told.format(name=item.name))}</p>' if told else ""
    head = f'<p class="who"><b>{escape(item.name or texts.human)}</b><span>{texts.human}</span></p>'
    return f'<div class="reply is-person">{head}<div class="body">{blocks(item.text)}</div></div>'


def actions(item: Exchange, texts: Texts, latest: bool) -> str:
    def button(name: str, label: str, on: bool = False, text: bool = False) -> str:
        words = label if text else f'<span class="sr">{label}</span>'
        state = " on" if on else ""
        return f'<button type="button" class="act do-{name}{state}" title="{label}">{words}</button>'

    row = button("copy", texts.copy) if item.answer or item.sentences else ""
    if item.answer is not None:
        row += button("up", texts.up, item.thumb == "up")
        row += button("down", texts.down, item.thumb == "down")
    if latest:
        row += button("retry", texts.retry)
    if item.answer is not None:
        row += '<span class="gap"></span>'
        row += button("solved", texts.solved, item.outcome == "solved", text=True)
        row += button("unsolved", texts.unsolved, item.outcome == "unsolved", text=True)
    return f'<div class="actions">{row}</div>'
