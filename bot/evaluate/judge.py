"""A model's opinion of whether sentences stand in what they cite: beside the letters' own measure, never instead of it.

Off by default. What it says is parsed strictly: a sentence that it did not judge counts as not judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bot.errors import WriterError
from bot.evaluate.judging import Row
from bot.evaluate.metrics import Figure, figure
from bot.records import Answer
from bot.reply.prompts import Prompt

_LINE = re.compile(r"^\s*(\d{1,3})\s*[.、:：]?\s*(是|否)\s*[。.]?\s*$", re.M)

Item = tuple[str, str, bool]
"""A sentence, the quotes that it cites, and whether it stands in them by letters."""


def opinions(
    answers: Sequence[Sequence[Item]],
    ask: Callable[[str], str],
    prompt: Prompt,
    advance: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[list[Figure], list[str]]:
    """Figures of what a model says of each answer's sentences, and notes; one question to the model an answer."""
    judged: list[tuple[bool, bool]] = []
    silent = failed = 0
    for done, items in enumerate(answers, start=1):
        if items:
            listed = "\n\n".join(f"{n}. 句子：{text}\n原话：{quote}" for n, (text, quote, _) in enumerate(items, 1))
            try:
                found = parse(ask(prompt.fill(items=listed)), len(items))
            except WriterError:
                failed += 1
                found = {}
            silent += len(items) - len(found)
            judged += [(found[n], by_letters) for n, (_, _, by_letters) in enumerate(items, 1) if n in found]
        advance(done, len(answers))
    told = [f"The judge gave no opinion of {silent} sentences; {failed} requests failed."]
    made = figure("grounded, says the judge", [float(said) for said, _ in judged])
    if judged:
        told.append(f"Its agreement with the letters: Cohen's kappa {kappa(judged):.2f} over {len(judged)} sentences.")
    return [made] if made else [], told


def parse(text: str, n: int) -> dict[int, bool]:
    """Which of the sentences 1 to `n` are said to be supported; one that is judged twice in two ways is left out."""
    found: dict[int, set[bool]] = {}
    for number, word in _LINE.findall(text):
        if 1 <= int(number) <= n:
            found.setdefault(int(number), set()).add(word == "是")
    return {number: words.pop() for number, words in found.items() if len(words) == 1}


def kappa(pairs: Sequence[tuple[bool, bool]]) -> float:
    """Cohen's kappa (1960) of two judges; 1 where both always say the same one thing."""
    n = len(pairs)
    agree = sum(one == other for one, other in pairs) / n
    first, second = (sum(pair[side] for pair in pairs) / n for side in (0, 1))
    chance = first * second + (1 - first) * (1 - second)
    return 1.0 if chance == 1 else (agree - chance) / (1 - chance)


def items(answer: Answer | None, row: Row) -> list[Item]:
    """An answer's factual sentences with what they cite."""
    if answer is None:
        return []
    quotes = {citation.n: citation.quote for citation in answer.citations}
    return [
        (sentence.text, "\n".join(quotes.get(n, "") for n in sentence.citations), sentence.text not in row.unsupported)
        for sentence in answer.sentences
        if sentence.citations
    ]
