"""A reply under way: the sentences that left, what they cite, and the Answer they make in the end.

Knows neither where evidence comes from nor who writes.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.records import Answer, Citation, Draft, Evidence, Handoff, Language, Question, Sentence, SentenceKind, Verdict
from bot.reply.frames import say
from bot.reply.writers import Usage
from bot.search.terms import in_traditional, simplified, traditional
from bot.tickets.near import canonical


@dataclass(slots=True)
class Composition:
    """Sentences in the order in which they were released; citations numbered by first use.

    `held`: why sentences were held back; `fault`: a word for what went wrong with the model.
    """

    question: Question
    language: Language
    engine: str
    evidence: Mapping[int, Evidence] = field(default_factory=dict)
    near: bool = False
    prompt: str | None = None
    notice: str = ""
    fault: str = ""
    started: float = field(default_factory=time.perf_counter)
    sentences: list[Sentence] = field(default_factory=list)
    cited: list[int] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    uncovered: list[str] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    ms: dict[str, float] = field(default_factory=dict)

    def lap(self, stage: str, since: float = 0.0) -> None:
        """Notes the milliseconds from the start to `since` seconds ago, the first time a stage is reached."""
        self.ms.setdefault(stage, round((time.perf_counter() - since - self.started) * 1000, 2))

    def frame(self, name: str, **values: str) -> Sentence:
        """One of the desk's own sentences."""
        kind: SentenceKind = "question" if name.startswith("clarify") else "courtesy"
        return self._add(Sentence(say(name, self.language, **values), kind))

    def opening(self) -> Sentence | None:
        """What stands before the first sentence: a greeting, once a chat, or that nothing fits exactly."""
        if self.sentences or not (self.near or not self.question.history):
            return None
        return self.frame("near" if self.near else "greeting")

    def release(self, draft: Draft) -> Sentence:
        """A checked draft becomes a sentence with its citations."""
        for number in draft.evidence:
            if number not in self.cited:
                self.cited.append(number)
        return self._add(
            Sentence(draft.text, draft.kind, tuple(self.cited.index(number) + 1 for number in draft.evidence))
        )

    def said(self, text: str) -> bool:
        key = canonical(simplified(text))
        return any(canonical(simplified(sentence.text)) == key for sentence in self.sentences)

    def wanting(self, most: int) -> bool:
        """Whether nothing was released, or less than was held back where that is `most` or more."""
        stated = sum(bool(sentence.citations) for sentence in self.sentences)
        return not stated or (len(self.held) >= most and stated < len(self.held))

    def leading_ticket(self) -> str:
        """The ticket cited first, "" when none is."""
        return self.evidence[self.cited[0]].ticket.id if self.cited else ""

    def answer(self, verdict: Verdict, handoff: Handoff | None, suggestions: Sequence[str], build: str) -> Answer:
        self.lap("total")
        return Answer(
            id=self.question.id,
            verdict=verdict,
            text="\n".join(sentence.text for sentence in self.sentences),
            sentences=tuple(self.sentences),
            citations=tuple(citation(place, self.evidence[n]) for place, n in enumerate(self.cited, start=1)),
            uncovered=tuple(self.uncovered),
            handoff=handoff,
            suggestions=tuple(suggestions),
            engine=self.engine,
            prompt=self.prompt,
            index=build,
            tokens={"prompt": self.usage.prompt, "completion": self.usage.completion},
            ms=self.ms,
            notice=self.notice,
            fault=self.fault,
        )

    def _add(self, sentence: Sentence) -> Sentence:
        """Who writes in traditional characters is answered in them."""
        if in_traditional(self.question.text):
            sentence = replace(sentence, text=traditional(sentence.text))
        self.lap("first_sentence")
        self.sentences.append(sentence)
        return sentence


def citation(place: int, row: Evidence) -> Citation:
    """Evidence as it is cited, under its number in the reply."""
    ticket = row.ticket
    category = "｜".join(part for part in (ticket.product, ticket.topic) if part)
    said = row.statement
    return Citation(place, ticket.id, ticket.title, said.quote, said.agree, ticket.source, category, row.also)
