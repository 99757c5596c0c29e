"""A conversation as the chat component's messages, in one language.

Pure: the same talk and texts give the same messages, so a language switch draws it all anew.
"""

from __future__ import annotations

from typing import Any

from bot.serve.pages import markup
from bot.serve.pages.talk import Exchange, Handover, Said, Talk
from bot.serve.pages.texts import Texts


def messages(talk: Talk, texts: Texts) -> list[dict[str, Any]]:
    last = talk.last()
    drawn: list[dict[str, Any]] = []
    for index, item in enumerate(talk.items):
        if isinstance(item, Handover):
            drawn.append(_message("assistant", markup.handover(index, item, texts)))
            continue
        if isinstance(item, Said):
            if item.author == "customer":
                drawn.append(_message("user", _asked(item.text, texts)))
            elif shown := markup.said(item, texts):
                drawn.append(_message("assistant", shown))
            continue
        drawn.append(_message("user", _asked(item.question, texts)))
        latest = item is last and talk.items[-1] is item
        offered = talk.handover() is None
        drawn.append(_message("assistant", reply(index, item, texts, latest, offered)))
    return drawn


def _asked(text: str, texts: Texts) -> str:
    return f'<div class="asked"><span class="sr">{texts.you}：</span>{markup.lines(text)}</div>'


def reply(index: int, item: Exchange, texts: Texts, latest: bool, offered: bool) -> str:
    """One reply, from its first sentence to its last button."""
    verdict = item.answer.verdict if item.answer else "none"
    said = "".join(markup.sentence(sentence, texts) for sentence in _sentences(item))
    if item.answer and not said:
        said = markup.blocks(item.answer.text)
    parts = [f'<div class="body">{said}</div>' if said else ""]
    if item.open:
        dots = '<span class="dots"><i></i><i></i><i></i></span>'
        words = "" if said else f"<span>{_waits(item, texts)}</span>"
        parts.append(f'<p class="writing">{dots}{words}</p>')
    if item.state == "stopped":
        parts.append(f'<p class="note">{texts.stopped}</p>')
    if item.error:
        parts.append(f'<p class="error">{markup.escape(item.error)}</p>')
    if item.answer:
        parts.append(_after(item, texts, latest, offered))
    if not item.open:
        parts.append(markup.actions(item, texts, latest))
        if item.answer and latest:
            parts.append(markup.chips(item.answer.suggestions, texts.more))
    head = f'<p class="who"><b>{texts.bot}</b><span>{texts.automatic}</span></p>'
    return f'<div class="reply is-{verdict}" id="item-{index}">{head}{"".join(parts)}</div>'


def _waits(item: Exchange, texts: Texts) -> str:
    if item.waiting is None:
        return texts.writing
    ahead, seconds = item.waiting
    return (texts.in_line if ahead else texts.next_up).format(n=ahead, s=seconds)


def engine_line(engine: str, texts: Texts) -> str:
    """Which engine writes, in words."""
    return texts.extractive if engine == "extractive" else texts.model.format(engine=engine)


def _sentences(item: Exchange) -> tuple[Any, ...]:
    return item.answer.sentences if item.answer else tuple(item.sentences)


def _after(item: Exchange, texts: Texts, latest: bool, offered: bool) -> str:
    answer = item.answer
    assert answer is not None
    out = ""
    if answer.uncovered:
        missing = "".join(f"<li>{markup.escape(part)}</li>" for part in answer.uncovered)
        out += f'<div class="uncovered"><h4>{texts.uncovered}</h4><ul>{missing}</ul></div>'
    out += markup.handoff(answer, texts, offered and latest)
    out += markup.sources(answer.citations, texts)
    for note in filter(None, (answer.notice, item.notice)):
        out += f'<p class="note">{markup.escape(note)}</p>'
    return out


def _message(role: str, content: str) -> dict[str, Any]:
    return {"role": role, "content": content}


def brand(texts: Texts) -> str:
    """The page's head."""
    return (
        f'<div class="brand"><span class="mark"></span><div><h1>{texts.title}</h1><p>{texts.subtitle}</p></div></div>'
    )


def welcome(texts: Texts, questions: tuple[str, ...]) -> str:
    """An empty conversation, with questions to begin with."""
    return (
        f'<div class="welcome"><span class="mark"></span><h2>{texts.welcome}</h2>'
        f"<p>{texts.welcome_more}</p>{markup.chips(questions, texts.examples)}</div>"
    )


def hint(talk: Talk, texts: Texts) -> str:
    """Whom the box writes to."""
    return texts.ask_person.format(name=talk.person()) if talk.person() else texts.ask


def foot(engine: str, texts: Texts) -> str:
    """What the replies are, and who writes them."""
    written = f" · {markup.escape(engine_line(engine, texts))}" if engine else ""
    return f'<p>{texts.disclaimer}{written}<span class="keys"> · {texts.keys}</span></p>'
