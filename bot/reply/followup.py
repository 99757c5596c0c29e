"""A question that only makes sense with what was said becomes one that stands alone.

By rules, over the customer's own earlier words: an assistant's words are never taken as facts.
"""

from __future__ import annotations

import re

from bot.records import Question

_BACK = re.compile(
    r"^(?:那么?|这个|这种|它|他|其|然后|之后|接着|接下来|到期(?:之)?后|另外|还有呢|还是|具体|为什么呢?|怎么办|多久|"
    r"在哪|哪里|第[一二三四五六\d]步|上面|前面|刚才|刚刚|what about|and |then |how long|where|why\b|it\b|that\b)|"
    r"(?:它|这个|那个|那[串条步张]|这样|这步|这一步|上面(?:说)?的|刚才(?:说)?的|你说的|另一个|下一步|接下来|那我)|"
    r"还(?:要|需要|得|用|该)(?:再)?(?:干|做|弄)|也(?:是|要|得|照|这样|一样|这么)|(?:弄|改|搞|配|加|转|换|传)好了|呢[？?]?$",
    re.I,
)
_SHORT = 7  # letters; a shorter question has seldom a topic of its own
_LONG = 40  # letters; a longer one has
_REACH = 2  # earlier questions that may still be meant


def standalone(question: Question) -> str:
    """The question itself, or with the customer's last question before it when it refers back."""
    text = question.text.strip()
    letters = len(re.sub(r"\W", "", text))
    earlier = [message.content.strip() for message in question.history if message.role == "user"]
    if not earlier or letters > _LONG or not (letters < _SHORT or _BACK.search(text)):
        return text
    context: list[str] = []
    for said in reversed(earlier[-_REACH:]):
        context.insert(0, said)
        if not _BACK.search(said) and len(re.sub(r"\W", "", said)) >= _SHORT:
            break
    return "\n".join([*context, text])
