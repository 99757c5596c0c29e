"""A question that only makes sense with what was said becomes one that stands alone.

By rules, over the customer's own earlier words: an assistant's words are never taken as facts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.records import Message, Question
from bot.reply.subjects import subjects, topics
from bot.reply.wishes import courtesy, wants_person
from bot.search.terms import searchable

_BACK = re.compile(
    r"^(?:那么?|这个|这种|它|他|其|然后|之后|接着|接下来|到期(?:之)?后|另外|还有呢|还是|具体|为什么呢?|怎么办|多久|"
    r"在哪|哪里|第[一二三四五六\d]步|上面|前面|刚才|刚刚|what about|and |then |how long|where|why\b|it\b|that\b)|"
    r"(?:它|这个|那个|那[串条步张]|这样|这步|这一步|上面(?:说)?的|刚才(?:说)?的|你说的|另一个|下一步|接下来|那我)|"
    r"还(?:要|需要|得|用|该)(?:再)?(?:干|做|弄)|也(?:是|要|得|照|这样|一样|这么)|(?:弄|改|搞|配|加|转|换|传)好了|呢[？?]?$",
    re.I,
)
_ANEW = re.compile(
    r"^[，,\s]*(?:(?:好的?|嗯|谢谢|明白了?|可以了)[，,。\s]*)?(?:再(?:问|请教)|另外|对了|还有个|顺便|换个|问下|请教|"
    r"还有[，,]|also\b|by the way|another)",
    re.I,
)
# Words that carry no topic: what is left of a turn without them is what it speaks of.
_FUNCTION = re.compile(
    r"怎么样?|如何|怎样|什么|为什么|为啥|哪[个些里儿]?|多久|多长时间|多少|几[天个步次]|时候|是不是|有没有|能不能|可不可以|可以|能|"
    r"要不要|需要|还[是要得有]?|就是|那么?|这[个些样边里]?|它|他|我们?|你们?|您|自己|吗|呢|吧|啊|呀|哦|嘛|了|的|地|得|着|过|"
    r"都|也|又|再|很|太|最|更|不|没有?|有|是|在|会|要|用|给|把|被|让|跟|和|与|或|到|从|对|看|说|做|弄|搞|办法?|别的?|"
    r"着急|急|麻烦|请问|谢谢|好|行|一[下个次样直]?|两[个种]|二|三|四|五|六|七|八|九|十|个|天|月|年|小时|分钟|每|大概|具体|"
    r"之后|以后|之前|然后|接下来|下一步|步|上面|刚才|最后|后来|"
    r"\b(?:how|what|why|where|when|which|who|is|are|do|does|did|can|could|should|would|will|i|you|it|that|this|these|"
    r"the|a|an|and|or|then|to|of|in|on|for|my|your|me|get|got|have|has|if|so|with|long|much|many|again|there|not|"
    r"between|two|difference|also|any|other|way|still|after|before|next|step|about|whats|cant|isnt|side)\b|\W|\d",
    re.I,
)
_SHORT = 7  # letters; a shorter question has seldom a topic of its own
_LONG = 40  # letters; a longer one has
_BRIEF = 20  # letters of a turn that names but an aspect ("怎么收费") and leaves its subject to what was said
_OWN = 5  # letters of content from which a turn may speak of something else
_ELSEWHERE = -0.25  # a lean below this is towards matters of elsewhere
_REACH = 2  # earlier questions that may still be meant


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it stands alone (`text`) and as the customer put it (`raw`), with the history that it refers to,
    oldest first; none when it speaks of something new."""

    text: str
    raw: str
    history: tuple[Message, ...] = ()


class Rewriter(Protocol):
    """Makes a question stand alone. `deadline`: by time.monotonic(), None for the rewriter's own."""

    def rewrite(self, question: Question, deadline: float | None = None) -> Asked: ...


class Rules:
    """Without a model: the customer's own earlier words stand before a question that refers back.

    `lean` tells how near a text is to this desk's business (Calibration.lean), below 0 for matters of elsewhere.
    """

    def __init__(self, lean: Callable[[str], float] = lambda text: 0.0) -> None:
        self._lean = lean

    def rewrite(self, question: Question, deadline: float | None = None) -> Asked:
        raw = question.text.strip()
        if not self.refers(raw, question.history):
            return Asked(raw, raw)
        return Asked("\n".join([*context(question.history), raw]), raw, question.history)

    def refers(self, text: str, history: Sequence[Message]) -> bool:
        """Whether a turn only makes sense with what was said before it."""
        if not any(message.role == "user" for message in history) or _letters(text) > _LONG:
            return False
        own = topics(text)
        if own:
            before = topics("\n".join(message.content for message in history[-2:]))
            return bool(_BACK.search(text)) and not _ANEW.search(text) and not own.isdisjoint(before)
        if subjects(text):
            return _letters(text) <= _BRIEF or bool(_BACK.search(text))
        return _content(text) < _OWN or (not _ANEW.search(text) and self._lean(text) > _ELSEWHERE)


def context(history: Sequence[Message]) -> list[str]:
    """The customer's last question that has a topic, and what they asked since, oldest first."""
    earlier = [message.content.strip() for message in history if message.role == "user" and _asked(message.content)]
    said: list[str] = []
    for text in reversed(earlier[-_REACH:]):
        said.insert(0, text)
        if topics(text) or (not _BACK.search(text) and _letters(text) >= _SHORT):
            break
    return said


def _asked(text: str) -> bool:
    """Courtesy and a wish for a person are no question that a later turn could mean."""
    return not courtesy(text) and not wants_person(text)


def _content(text: str) -> int:
    """Letters that carry a topic, a Latin word counting as two."""
    left = _FUNCTION.sub(" ", searchable(text))
    return len(re.sub(r"[a-z\s]+", "", left, flags=re.I)) + 2 * len(re.findall(r"[a-z]{2,}", left, re.I))


def _letters(text: str) -> int:
    return len(re.sub(r"\W", "", text))
