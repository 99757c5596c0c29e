"""All that is wrong with question sets, and all that may be: each complaint with its file, line and field.

`evaluate` stops at the first error; whoever writes a set wants the whole list. Knows tickets and no index.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.evaluate import lines, questions
from bot.evaluate.columns import TO_ANSWER
from bot.evaluate.judging import gold, missing
from bot.evaluate.lines import Line, LineError
from bot.evaluate.questions import Case
from bot.records import Ticket
from bot.tickets.near import canonical


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found. errors: `evaluate` refuses the set. doubts: it takes it, and a person should look. kinds: how
    many questions of each kind are sound. waiting: candidates that nobody has accepted."""

    errors: tuple[str, ...]
    doubts: tuple[str, ...]
    kinds: dict[str, int]
    waiting: int


def check(paths: Sequence[Path], tickets: Mapping[str, Ticket]) -> Checked:
    """Every complaint about the files, in their order. Raises LineError for a file that cannot be read."""
    errors: list[str] = []
    doubts: list[str] = []
    kinds: Counter[str] = Counter()
    asked: dict[str, str] = {}
    waiting = 0
    for path in paths:
        ids: dict[str, str] = {}  # may repeat between files
        before = len(errors) + sum(kinds.values()) + waiting
        for number, raw in enumerate(lines.read_text(path).split("\n"), start=1):
            if not raw.strip():
                continue
            try:
                line = lines.line(raw, str(path), number)
                key = line.id()
                if key in ids:
                    raise line.error(f'the field "id" repeats "{key}" of {ids[key]}.')
                ids[key] = f"{path}, line {number}"
                if line.fields.get("accepted") is False:
                    waiting += 1
                    continue
                case = questions.read(line)
                for item in missing(case, tickets):
                    raise line.error(f'the field "tickets" names {item}, which is not in the index.')
            except LineError as error:
                errors.append(str(error))
                continue
            kinds[case.kind] += 1
            doubts += _doubts(line, case, tickets)
            words = canonical(" ".join([*(item.content for item in case.question.history), case.question.text]))
            if words in asked:
                doubts.append(str(line.error(f'the field "question" asks what {asked[words]} asks.')))
            asked.setdefault(words, f"{path}, line {number}")
        if before == len(errors) + sum(kinds.values()) + waiting:
            errors.append(f"{path} holds no line.")
    return Checked(tuple(errors), tuple(doubts), dict(kinds), waiting)


def _doubts(line: Line, case: Case, tickets: Mapping[str, Ticket]) -> Iterator[str]:
    """What a sound case may have wrong with it."""
    said = [tickets[ticket].agent_text for ticket in gold(case, tickets)]
    if case.kind in TO_ANSWER and not case.tickets:
        yield str(line.error('the field "tickets" is empty, though the question is to be answered.'))
    if case.kind in TO_ANSWER and not any(nugget.vital for nugget in case.nuggets):
        yield str(line.error('the field "nuggets" names no vital fact, so any answer will do.'))
    for nugget in case.nuggets:
        if nugget.pattern.search(case.question.text):
            yield str(line.error(f'the pattern of "{nugget.fact}" is found in the question itself.'))
        if said and not any(nugget.pattern.search(text) for text in said):
            yield str(line.error(f'the pattern of "{nugget.fact}" is found in none of its tickets.'))
    for pattern in case.forbid:
        if any(pattern.search(text) for text in said):
            yield str(line.error(f'the field "forbid" holds {pattern.pattern}, which stands in a right ticket.'))
