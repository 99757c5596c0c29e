"""/knowledge/ticket: one ticket as it is known: what was said, what each sentence is, and who says the same.

The texts are redacted already; only types of what was replaced are named.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.records import Statement, Turn
from bot.serve.catalogue import Catalogue, Facts
from bot.serve.pages.names import KINDS, badge, category, link, listed, outcome, place, ticket_links
from bot.serve.pages.paper import Html, text
from bot.tickets.causes import CAUSE
from bot.tickets.resolution import needs

ROLES = {"customer": "客户", "agent": "客服"}


def render(catalogue: Catalogue, row: Facts) -> str:
    statements = catalogue.statements.get(row.ticket.id, ())
    numbered = list(enumerate(statements, start=1))
    turns = "".join(
        _turn(turn, [item for item in numbered if item[1].turn == at]) for at, turn in enumerate(row.ticket.turns)
    )
    said = "".join(_statement(catalogue, number, statement) for number, statement in numbered)
    return (
        f"{_facts(row, statements)}"
        f'<section aria-labelledby="talk"><h2 id="talk">对话</h2>{turns or "<p class=empty>没有对话</p>"}</section>'
        f'<section aria-labelledby="said"><h2 id="said">客服的语句（{len(numbered)}）</h2>'
        f"{said or '<p class=empty>没有可用的语句</p>'}</section>"
    )


def _facts(row: Facts, statements: Sequence[Statement]) -> str:
    ticket, wanted = row.ticket, needs(statements)
    filters = {"product": ticket.product, "topic": ticket.topic}
    rows: list[tuple[str, object]] = [
        ("编号", ticket.id),
        ("产品｜问题类型", link(listed(**{name: value or "-" for name, value in filters.items()}), category(ticket))),
        ("场景", "、".join(ticket.scenes)),
        ("日期", ticket.date),
        ("撰写人", ticket.author),
        ("批准人", ticket.approver),
        ("失效日期", ticket.expires),
        ("出处", place(ticket.source)),
        ("问题", ticket.question),
        ("结局", outcome(row.resolution)),
        ("客户需提供", "、".join(wanted)),
        ("已脱敏的类型", "、".join(row.redacted)),
        ("概要", ticket.summary),
        ("根本原因（仅此一例）", ticket.root_cause),
    ]
    listed_rows = "".join(f"<div><dt>{name}</dt><dd>{text(value)}</dd></div>" for name, value in rows if value)
    return f'<dl class="card facts">{listed_rows}</dl>'


def _turn(turn: Turn, said: Sequence[tuple[int, Statement]]) -> str:
    line = f" · 第 {turn.line} 行" if turn.line else ""
    images = f" · 附图 {turn.images} 张" if turn.images else ""
    return (
        f'<article class="turn {turn.role}"><p class="meta"><b>{ROLES[turn.role]}</b>{line}{images}</p>'
        f'<div class="words">{_marked(turn.text, said)}</div></article>'
    )


def _marked(words: str, said: Sequence[tuple[int, Statement]]) -> Html:
    """The words with each statement's quote marked where it stands; what does not stand there is in the list below."""
    parts, at = [], 0
    for number, row in said:
        start = words.find(row.quote, at) if row.quote else -1
        if start < 0:
            continue
        end = start + len(row.quote)
        parts.append(text(words[at:start]))
        parts.append(
            f'<mark class="k-{row.kind}"><a href="#s{number}" aria-label="语句 {number}：{KINDS[row.kind]}">'
            f"{badge(row.kind)}</a>{text(words[start:end])}</mark>"
        )
        at = end
    return Html("".join(parts) + text(words[at:]))


def _statement(catalogue: Catalogue, number: int, row: Statement) -> str:
    marks = [badge(row.kind)]
    marks += [Html('<span class="flag">有矛盾，暂不引用</span>')] if row.disputed else []
    marks += [Html('<span class="flag">维护者改过</span>')] if row.edited else []
    marks += [Html('<span class="flag">来自根本原因</span>')] if row.turn == CAUSE else []
    others = catalogue.alike(row)
    quote = f"<h4>原话</h4><blockquote>{text(row.quote)}</blockquote>" if row.quote != row.text else ""
    asked = f"<h4>客户刚问的</h4><blockquote>{text(row.asked)}</blockquote>" if row.asked else ""
    same = f"<h4>{len(others) + 1} 个工单这样说，另外 {len(others)} 个：</h4>{ticket_links(others)}" if others else ""
    return (
        f'<article class="card said k-{row.kind}" id="s{number}"><h3>{number}. {"".join(marks)}</h3>'
        f'<p class="words">{text(row.text)}</p>{asked}{quote}{same}</article>'
    )
