"""Each sentence against the evidence it cites: what can be compared exactly is compared exactly.

A sentence passes when its evidence exists, its numbers, units, links, names, placeholders and deciding words
are in that evidence, most of its words are or it means nearly the same (containment and embeddings together),
its negation agrees clause by clause, its steps keep their order, and it claims no work. Nothing more is
claimed: that a passed sentence follows from its evidence is not proven here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence

from bot.records import Draft, Evidence, Statement
from bot.reply.deeds import claims_work
from bot.reply.opposites import clash, unfounded
from bot.reply.steps import CLAUSE, FRAME, HAN, in_order, pairs, parts
from bot.search.synonyms import expansion
from bot.search.terms import searchable, simplified
from bot.tickets.facts import NOT, numbers, quantities
from bot.tickets.mending import links
from bot.tickets.near import canonical
from bot.tickets.privacy.placeholders import ANY_MASK

Relevance = Callable[[str, Sequence[Statement]], Sequence[float]]

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.+\-]*[A-Za-z0-9]|[A-Za-z]{2,}")
_LABEL = re.compile(r"[\[「『【]([^\[\]「」『』【】\d][^\[\]「」『』【】]*)[\]」』】]")  # what a page calls a button
# What the writers put before a single case.
_LEAD = re.compile(
    r"^(?:In a similar ticket, support (?:explained|said|suggested)|The cause recorded in a similar ticket|"
    r"类似(?:的)?工单中?，?(?:记录的原因|客服的?(?:说明|答复|建议|解释))(?:是|为)?)[:：]?\s*",
    re.I,
)
_TWO = re.compile(r"(?<![这那哪])[两俩](?=个|次|条|台|张|种)")  # counts, where 这两个 only points
_DAYS = re.compile(r"工作日|天|日$")
# What denies nothing: 收不收费 and 不收钱.
_EITHER, _FREE = re.compile(r"([\u3400-\u9fff])不\1"), re.compile(r"不(?:花|要|收|用花|用付|需要付)(?:钱|费)|无需付费")
# What says no without a no.
_ONLY, _LEFT_OUT = re.compile(r"只能|仅限|仅支持|只支持"), re.compile(r"去除|去掉|避开|免去|免除")
CONTAINED = 0.55  # share of a sentence's two-character terms that its evidence must hold,
LEAST, NEAR = 0.34, 0.62  # or the share and the cosine that together stand for it
TRANSLATED, MEANT = 0.3, 0.5  # the cosine of a translation to its evidence, and the share of the trade's words,
CLOSE, CLOSELY = 0.55, 0.3  # which may be less where the cosine is high
OWN = 0.25  # share of a clause's letters that its evidence must hold: nothing is added in passing


class Checker:
    """`relevance`: the cosine of a sentence to statements (Retriever.relevance)."""

    def __init__(self, relevance: Relevance) -> None:
        self._relevance = relevance

    def reason(self, draft: Draft, evidence: Mapping[int, Evidence], question: str = "") -> str | None:
        return reason(draft, evidence, question, self._relevance)


def reason(
    draft: Draft, evidence: Mapping[int, Evidence], question: str = "", relevance: Relevance | None = None
) -> str | None:
    """Why the sentence must not leave, in a word or two for the log; None when it may."""
    if draft.kind in ("courtesy", "question"):
        return None
    if not draft.evidence:
        return "no citation"
    if any(number not in evidence for number in draft.evidence):
        return "citation of nothing"
    cited = [evidence[number] for number in draft.evidence]
    text = simplified(draft.text)
    if any(row.statement.disputed for row in cited):
        return "disputed"
    if claims_work(_LEAD.sub("", text)):
        return "claims work"
    return _exact(text, cited, question) or _words(text, cited, question, relevance)


def _exact(text: str, cited: Sequence[Evidence], question: str) -> str | None:
    """What can be compared to the letter."""
    source = _source(cited)
    known = {link.url for link in links(source)}
    urls = links(text)
    if any(link.url not in known for link in urls):
        return "link"
    bare = _LEAD.sub("", _without(text, [(link.start, link.end) for link in urls]))
    if not numbers(_unlisted(bare)) <= numbers(source) | numbers(_unlisted(source)):
        return "number"
    if _TWO.search(bare) and not re.search(r"[两俩二2双]", source):
        return "number"
    if not _days(bare) <= _days(source) | _spans(source):
        return "unit"
    if not set(ANY_MASK.findall(text)) <= set(ANY_MASK.findall(source)):
        return "placeholder"
    plain = _without(bare, [(fact.start, fact.end) for fact in quantities(bare)])  # 三个月 may stand for 90天
    folded = _fold(f"{_context(cited)}\n{question}")
    folded += " dns" if "解析" in folded else ""  # the one name that evidence says in Chinese
    names = _hard_names(plain) if _english(plain) else _NAME.findall(plain)
    if any(_fold(name) not in folded for name in [*names, *_LABEL.findall(plain)]):
        return "name"
    return None


def _words(text: str, cited: Sequence[Evidence], question: str, relevance: Relevance | None) -> str | None:
    """What is compared word by word, both sides in one script; a quote needs no comparing."""
    told = {canonical(part) for part in parts(_source(cited))}
    if all(canonical(clause) in told for clause in parts(_LEAD.sub("", text))):
        return None if in_order(searchable(_LEAD.sub("", text)), [row.statement.quote for row in cited]) else "order"
    bare = searchable(_LEAD.sub("", _without(text, [(link.start, link.end) for link in links(text)])))
    plain = _without(bare, [(fact.start, fact.end) for fact in quantities(bare)])
    source, context = _plainly(searchable(_source(cited))), _plainly(searchable(_context(cited)))
    bare, plain = _plainly(bare), _plainly(plain)
    if unfounded(bare, context):
        return "word"
    near = max(relevance(text, [row.statement for row in cited]), default=0.0) if relevance else 0.0
    if _english(plain):
        return "language" if HAN.search(question) else _translated(bare, context, source, near)
    share = _contained(plain, context)
    if share < CONTAINED and (share < LEAST or near < NEAR):
        return "words"
    if not all(_agrees(clause, source) for clause in parts(bare)):
        return "negation"
    held = set(context)
    if any(_foreign(clause, held) for clause in CLAUSE.findall(plain)):
        return "clause"
    return None if in_order(bare, [row.statement.quote for row in cited]) else "order"


def _translated(text: str, context: str, source: str, near: float) -> str | None:
    """An English sentence about Chinese evidence: the trade's words for what it says must stand there."""
    meant = expansion(text).split()
    held = sum(word.lower() in context.lower() for word in meant)
    least = CLOSELY if near >= CLOSE else MEANT
    if near < TRANSLATED or held < least * len(meant) or not meant or _contained(text, context) < CONTAINED:
        return "words"
    clauses = [bool(NOT.search(clause)) for clause in parts(source)]
    denied = bool(NOT.search(re.sub(r"^No,", "", text)))
    return "negation" if (denied and not any(clauses)) or (not denied and all(clauses)) else None


def _english(text: str) -> bool:
    latin, han = len(re.findall(r"[A-Za-z]", text)), sum(map(len, HAN.findall(text)))
    return latin > 8 and latin > 3 * han


def _hard_names(text: str) -> list[str]:
    """Of an English text what is no plain word: with a digit, a dot or a capital inside, or a capital in a sentence."""
    found = [(match.start(), match.group()) for match in _NAME.finditer(text)]
    return [
        name
        for start, name in found
        if re.search(r"[\d_.+]|.[A-Z]", name)
        or (name[0].isupper() and not re.search(r"(?:^|[.!?:\n]\s*|[-(\"“]\s*)$", text[:start]))
    ]


def _source(cited: Sequence[Evidence]) -> str:
    return "\n".join(f"{row.statement.text}\n{row.statement.quote}" for row in cited)


def _context(cited: Sequence[Evidence]) -> str:
    """The evidence with what it answered."""
    return f"{_source(cited)}\n" + "\n".join(f"{row.ticket.title}\n{row.statement.asked}" for row in cited)


def _days(text: str) -> set[tuple[float, bool]]:
    """Spans in days, and whether they are working days."""
    folded = _fold(text)
    found = [(fact, folded[fact.start : fact.end]) for fact in quantities(folded) if fact.dimension == "duration"]
    return {(fact.value, "工作日" in said) for fact, said in found if _DAYS.search(said)}


def _spans(source: str) -> set[tuple[float, bool]]:
    """Spans that a source gives in another unit (三个月 for 90天) are compared as numbers alone."""
    told = {fact.value for fact in quantities(_fold(source)) if fact.dimension == "duration"}
    return {(value, False) for value in told - {value for value, _ in _days(source)}}


def _plainly(text: str) -> str:
    """Without what only looks like a denial."""
    return re.sub(r"没有?什?么?(?:区别|不同|两样)", "一样", _FREE.sub("免费", _EITHER.sub(r"\1", text)))


def _agrees(clause: str, source: str) -> bool:
    """Whether one of the source's clauses that speak of the same thing says yes or no as this one does."""
    words = set(pairs(FRAME.sub(" ", clause)))
    shared = [(len(words & set(pairs(other))), other) for other in parts(source)]
    most = max((count for count, _ in shared), default=0)
    if not most:
        return not NOT.search(clause) or bool(NOT.search(source) or _ONLY.search(source))
    near = [other for count, other in shared if 2 * count >= most]
    return any(_denies(other) == _denies(clause) for other in near) and not clash(clause, "\n".join(near))


def _denies(text: str) -> bool:
    return bool(NOT.search(text)) != bool(_LEFT_OUT.search(text))


def _foreign(clause: str, held: set[str]) -> bool:
    """A clause of some length of which the evidence holds hardly a letter."""
    letters = FRAME.sub("", "".join(HAN.findall(clause)))
    return len(letters) >= 5 and sum(letter in held for letter in letters) < OWN * len(letters)


def _unlisted(text: str) -> str:
    """Without the numbers that only count steps."""
    return re.sub(r"(?m)(?:^|[；;：:。])\s*\d{1,2}[.、．)）](?!\d)", " ", text)


def _contained(text: str, source: str) -> float:
    told = pairs(FRAME.sub(" ", text))
    if not told:
        return 1.0
    held = set(pairs(FRAME.sub(" ", source))) | set(pairs(source))
    return sum(pair in held for pair in told) / len(told)


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in reversed(spans):
        text = f"{text[:start]} {text[end:]}"
    return text


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()
