"""The walk over a Markdown file: where each ticket begins and which lines stand in which section.

Holds places, not texts, so that a huge ticket costs little. What the sections' texts mean is for
the reader to say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bot.tickets.reading.decoding import Lines, Note
from bot.tickets.reading.layouts import number, unnumbered
from bot.tickets.reading.marks import ID_COMMENT, RULE, Label, heading, meta
from bot.tickets.reading.places import CONTENT, VALUES, Block, Open
from bot.tickets.reading.survey import HEAD, OPENING, Habits
from bot.tickets.reading.turns import role

_LOOK_AHEAD = 4  # non-blank lines after a title within which a section must open


def walk(rows: Lines, habits: Habits, notes: list[Note]) -> Iterator[Open]:
    """The tickets in order; what is no ticket and no section goes to `notes`."""
    return _Walk(rows, habits, notes).tickets()


class _Walk:
    def __init__(self, rows: Lines, habits: Habits, notes: list[Note]) -> None:
        self.rows, self.habits, self.notes = rows, habits, notes
        self.opened: Open | None = None
        self.ordinal = 0
        self.ruled = False  # a rule is the last line that was not blank
        self.next_label = 0
        self.unknown: Counter[str] = Counter()
        self.places: dict[str, int] = {}

    def tickets(self) -> Iterator[Open]:
        for at, text in enumerate(self.rows.texts):
            line = text.strip()
            before = self.opened
            self._line(at, text, line)
            if before and before is not self.opened:
                yield before
            if line:
                self.ruled = bool(RULE.match(line))
        if self.opened:
            yield self.opened
        for name, count in list(self.unknown.items())[:50]:
            times = f" ({count} times)" if count > 1 else ""
            self.notes.append(
                (self.places[name], f"“{name}” is no section this reader knows, its text was kept{times}")
            )

    def _line(self, at: int, text: str, line: str) -> None:
        opened = self.opened
        if not line:
            return self._keep(at, text, line)
        found = self._label(line)
        if found:
            if found.section == "title" and self._title_label(at, found):
                return None
            if not self._new_by(found):
                return self._section(at, found)
            self._open(at, "", 0)
            return self._section(at, found)
        if (title := self._title(at, line)) is not None:
            top = heading(line)
            return self._open(at, title, top[0] if top else 0, number(top[1] if top else line))
        if opened and (top := heading(line)):
            if self._chapter(at, *top):
                return None
            self._unknown(at, top[1], top[0])
        return self._keep(at, text, line)

    # --- labels

    def _label(self, line: str) -> Label | None:
        """The section a line opens here, or None: in a dialogue a role is a role, a name said twice is text."""
        found = self.habits.label(line)
        opened = self.opened
        if found is None or opened is None:
            return found
        if found.style in self.habits.head_only and (found.section not in HEAD or opened.holds(*CONTENT)):
            return None
        if opened.section in ("answer", "dialogue") and self.habits.titled and (say := role(line)):
            # `**客服回复**：` is a speaker as well as a section; which, is told by how that side spoke before.
            before = opened.speakers.get(say.side)
            if (before.style, before.who) == (say.style, say.who) if before else found.rest:
                return None
        if found.name in opened.seen and not self._new_by(found):
            again = found.section == "answer" and opened.section != "dialogue"
            return found if again or (found.section == "title" and not opened.holds(*CONTENT)) else None
        return found

    def _new_by(self, found: Label) -> bool:
        """Whether a label begins a ticket that has no title of its own."""
        opened = self.opened
        if opened is None:
            return not self.habits.titled or (found.section in OPENING and self.ruled)
        if found.name not in opened.seen or found.section not in OPENING or not opened.holds(*CONTENT):
            return False
        return not self.habits.titled or (self.ruled and found.section == "category")

    def _title_label(self, at: int, found: Label) -> bool:
        opened = self.opened
        if opened is None or opened.holds(*CONTENT) or found.name in opened.seen:
            if opened and self.habits.level and not self.ruled and found.style[0] != "h":
                return False
            self._open(at, "", 0)
            opened = self.opened
        assert opened is not None
        opened.seen.add(found.name)
        opened.title = unnumbered(found.rest) if found.rest else opened.title
        opened.waiting = None if found.rest else "title"
        return True

    def _section(self, at: int, found: Label) -> None:
        opened = self.opened
        if opened is None:
            return
        opened.seen.add(found.name)
        rest, opened.waiting = found.rest, None
        if found.section in VALUES:
            if rest:
                opened.values.setdefault(found.section, []).append(rest)
            else:
                opened.waiting = found.section
        opened.speakers = {}
        opened.blocks.append(Block(found.section, self.rows.numbers[at], rest, at + 1, at + 1))

    # --- titles

    def _open(self, at: int, title: str, level: int, count: int | None = None) -> None:
        self.ordinal += 1
        self.opened = Open(title, self.ordinal, self.rows.numbers[at], at, level, number=count)

    def _title(self, at: int, line: str) -> str | None:
        """The title on a line, if there is one."""
        top = heading(line)
        if not top and not self.habits.loose_title(line):
            return None
        opened = self.opened
        text = top[1] if top else line
        counted = opened.number if opened and top and top[0] == self.habits.level else None
        if counted is not None and number(text) == counted + 1:  # the next number needs no section to be believed
            return unnumbered(text)
        found = self._follows(at, 1 if not top or (opened and opened.section == "dialogue") else _LOOK_AHEAD)
        if found is None:
            return None
        if opened is None or found.name in opened.seen:
            return unnumbered(text)
        answered = opened.holds("answer", "dialogue", "root_cause")
        same = bool(top) and opened.level == top[0] and opened.holds("question") if top else False
        return unnumbered(text) if found.section in OPENING and (answered or same) else None

    def _follows(self, at: int, most: int) -> Label | None:
        """The label that stands within the next `most` lines, with neither title nor heading before it."""
        seen = 0
        for text in self.rows.texts[at + 1 : at + 1 + 4 * _LOOK_AHEAD]:
            line = text.strip()
            if not line or RULE.match(line) or ID_COMMENT.match(line):
                continue
            if found := self.habits.label(line):
                if found.style not in self.habits.head_only or found.section in HEAD:
                    return found
            elif heading(line) or self.habits.loose_title(line):
                return None
            seen += 1
            if seen >= most:
                return None
        return None

    def _chapter(self, at: int, level: int, text: str) -> bool:
        """Closes the ticket at a heading that parts chapters, or sums the file up, and is no ticket."""
        opened, habits = self.opened, self.habits
        if not opened or not habits.level or level > habits.level or (level == habits.level and not self.ruled):
            return False
        if level < habits.level and not self.ruled and opened.section in ("dialogue", "answer", "question"):
            return False
        if self.ruled and not habits.ruled and level == habits.level:
            return False
        if not self._outside(at):
            return False
        if (
            level == habits.level
            and not habits.numbered
            and not text.strip("* ").startswith(("总结", "附录", "统计", "说明"))
        ):
            self._open(at, unnumbered(text), level)
            return True
        self.notes.append((self.rows.numbers[at], f"“{text[:40]}” is no ticket: what stands below it was left out"))
        self.opened = None
        return True

    def _outside(self, at: int) -> bool:
        """Whether the next section belongs to another ticket, because a title stands before it."""
        texts = self.rows.texts
        self.next_label = max(self.next_label, at + 1)
        while self.next_label < len(texts) and not self.habits.label(texts[self.next_label].strip()):
            self.next_label += 1
        end = self.next_label
        if end >= len(texts):
            return True
        return any(
            (top := heading(texts[near].strip())) and top[0] == self.habits.level
            for near in range(max(at + 1, end - _LOOK_AHEAD * 3), end)
        )

    # --- text

    def _keep(self, at: int, text: str, line: str) -> None:
        opened = self.opened
        if opened is None:
            return
        first = at == opened.at + 1
        if not opened.id and (first or not opened.holds(*CONTENT)) and (found := ID_COMMENT.match(line)):
            opened.id = found.group(1)
            if opened.blocks and first:
                opened.blocks[-1].start = opened.blocks[-1].end = at + 1
            return
        if opened.waiting and line and not RULE.match(line):
            if opened.waiting == "title":
                opened.title = unnumbered(line)
            else:
                opened.values.setdefault(opened.waiting, []).append(line)
            opened.waiting = None
        elif opened.section is None or opened.section in VALUES:
            if name := meta(line):
                self._unknown(at, name, 0)
            elif not RULE.match(line) and (line or opened.lead):
                opened.lead.append((self.rows.numbers[at], text.rstrip()))
        else:
            opened.blocks[-1].end = at + 1
            if opened.section in ("answer", "dialogue") and (say := role(line)):
                one = next(iter(opened.speakers.values()), say)
                if say.who.isascii() == one.who.isascii():
                    opened.speakers.setdefault(say.side, say)

    def _unknown(self, at: int, name: str, level: int) -> None:
        """Remembers a heading at the sections' level, or a label under a title, that no table knows."""
        if level and not any(style == f"h{level}" for style, _ in self.habits.pairs):
            return
        if len(self.unknown) < 1000 or name[:40] in self.unknown:
            self.unknown[name[:40]] += 1
            self.places.setdefault(name[:40], self.rows.numbers[at])
