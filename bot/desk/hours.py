"""Service hours: when people answer, when they do so next, and one line that tells a customer.

Pure: the text of a setting goes in, and every question names its own time. A day that is closed is closed whole,
with what a shift of the day before would have gone into it, and with the shifts that would begin on it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from itertools import groupby
from zoneinfo import ZoneInfo

from bot.errors import SettingError
from bot.records import Language

Span = tuple[int, int]
"""Minutes after midnight: from, and up to but without. Behind 1440 lies the next day."""

_DAY = 24 * 60
_NAMES = "mon tue wed thu fri sat sun".split()
_FULL = "monday tuesday wednesday thursday friday saturday sunday".split()
_CHINESE = "周一 周二 周三 周四 周五 周六 周日".split()
_SPAN = re.compile(r"(\d{1,2}):(\d\d)-(\d{1,2}):(\d\d)")
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?([0-5]\d))?", re.I)
_FARTHEST = 14 * 60  # minutes: no place on earth is farther from UTC
_LONGEST = 366  # days of one range of closed dates
_TAKES = 'days and times such as "Mon-Fri 09:00-18:00; Sat 10:00-16:00", or nothing for always open'
_DATES = 'dates such as "2027-01-01, 2027-02-06..2027-02-12"'
_ZONES = 'a name such as Asia/Shanghai or an offset such as "UTC+8"'
_BEIJING = {"Asia/Shanghai", "Asia/Chongqing", "PRC"}


@dataclass(frozen=True, slots=True)
class Hours:
    """`week`: the spans of each day from Monday, without overlaps; `place`: the time zone as it was given."""

    week: tuple[tuple[Span, ...], ...]
    zone: tzinfo
    place: str
    closed: frozenset[date] = frozenset()

    @classmethod
    def parse(cls, text: str, zone: str, closed: str = "") -> Hours:
        """Hours from three settings; raises SettingError with one sentence that says what is wrong and what it takes.

        Days are one, a range or a list; times are one range or a list, and may pass midnight. An empty `text` means
        always open, save on `closed`: dates and ranges of them with two dots between.
        """
        return cls(_week(text), _zone(zone), zone.strip(), frozenset(_closed(closed)))

    def open(self, at: datetime) -> bool:
        """Whether somebody answers at that time; a time without a zone is UTC."""
        at = _aware(at)
        today = at.astimezone(self.zone).date()
        if today in self.closed:
            return False
        return any(start <= at < end for day in (today - timedelta(1), today) for start, end in self._shifts(day))

    def text(self, lang: Language) -> str:
        """One line for a customer; closed dates are not in it."""
        whole = {"zh": "24 小时", "en": "24 hours"}[lang]
        parts = []
        for spans in dict.fromkeys(spans for spans in self.week if spans):
            days = _days_text([day for day in range(7) if self.week[day] == spans], lang)
            times = [whole if span == (0, _DAY) else _span_text(span, lang) for span in spans]
            parts.append(f"{days} {('、' if lang == 'zh' else ' and ').join(times)}")
        if lang == "zh":
            return f"{'，'.join(parts)}（{'北京时间' if self.place in _BEIJING else self.place}）"
        return f"{'; '.join(parts)} ({'Beijing time' if self.place in _BEIJING else self.place})"

    def _shifts(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """The instants between which somebody answers, of the shifts that begin on a day."""
        if day not in self.closed:
            for start, end in self.week[day.weekday()]:
                yield self._instant(day, start), self._instant(day, end)

    def _instant(self, day: date, minute: int) -> datetime:
        days, rest = divmod(minute, _DAY)
        return datetime.combine(day + timedelta(days), time(*divmod(rest, 60)), self.zone).astimezone(UTC)


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _plain(text: str) -> str:
    """Full-width letters and the dashes of word processors become what a keyboard has."""
    return re.sub("[–—~]", "-", unicodedata.normalize("NFKC", text)).strip()


def _wrong(what: str, takes: str, subject: str = "The service hours") -> SettingError:
    return SettingError(f"{subject} hold {what}, but they take {takes}.")


def _week(text: str) -> tuple[tuple[Span, ...], ...]:
    week: list[list[Span]] = [[] for _ in range(7)]
    entries = [entry.strip() for entry in re.split("[;\n]", _plain(text)) if entry.strip()]
    if not entries:
        return tuple(((0, _DAY),) for _ in range(7))
    for entry in entries:
        found = re.search(r"\d", entry)
        days = re.sub(r"\s*([-,])\s*", r"\1", entry[: found.start()] if found else entry).strip(" ,:")
        if not found or not days:
            raise _wrong(f"{entry!r} without {'its days' if found else 'a time'}", _TAKES)
        spans = [_span(part) for part in re.sub(r"\s*-\s*", "-", entry[found.start() :]).replace(",", " ").split()]
        for day in _days(days):
            week[day] += spans
    return tuple(tuple(_merged(spans)) for spans in week)


def _days(text: str) -> list[int]:
    days: list[int] = []
    for part in re.split("[, ]", text):
        first, dash, last = part.partition("-")
        begin, end = _day(first), _day(last if dash else first)
        days += [(begin + step) % 7 for step in range((end - begin) % 7 + 1)]
    return days


def _day(name: str) -> int:
    for names in (_NAMES, _FULL):
        if name.lower() in names:
            return names.index(name.lower())
    raise _wrong(f"{name!r} for a day", _TAKES)


def _span(text: str) -> Span:
    found = _SPAN.fullmatch(text)
    if not found:
        raise _wrong(f"{text!r}, which is no range of times", _TAKES)
    hour, minute, last, rest = map(int, found.groups())
    start, end = hour * 60 + minute, last * 60 + rest
    if max(minute, rest) > 59 or start >= _DAY or end > _DAY:
        raise _wrong(f"{text!r}, which passes 24:00 or has more than 59 minutes", _TAKES)
    if start == end:
        raise _wrong(f"{text!r}, which ends as it begins (a whole day is 00:00-24:00)", _TAKES)
    return start, end if end > start else end + _DAY


def _merged(spans: list[Span]) -> Iterator[Span]:
    """Spans in order, those that meet made one; each still ends before the day after next."""
    held: Span | None = None
    for start, end in sorted(spans):
        if held and start <= held[1]:
            held = (held[0], max(held[1], end))
            continue
        if held:
            yield held
        held = (start, end)
    if held:
        yield held


def _zone(name: str) -> tzinfo:
    name = name.strip()
    if name.upper() in ("UTC", "GMT", "Z"):
        return UTC
    if found := _OFFSET.fullmatch(name):
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        if minutes <= _FARTHEST:
            return timezone(timedelta(minutes=minutes if found[1] == "+" else -minutes))
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not there; no path; a folder of the database, such as "Asia"
        raise SettingError(f"The time zone of the service hours is {name!r}, but it takes {_ZONES}.") from None


def _closed(text: str) -> Iterator[date]:
    for part in re.split(r"[,;\s]+", re.sub(r"\s*\.\.\s*", "..", _plain(text))):
        if not part:
            continue
        try:
            first, *rest = (date.fromisoformat(piece) for piece in part.split(".."))
        except ValueError:
            raise _wrong(f"{part!r}, which is no date", _DATES, "The closed days") from None
        days = (rest[0] - first).days if len(rest) == 1 else len(rest)
        if len(rest) > 1 or not 0 <= days < _LONGEST:
            raise _wrong(f"{part!r}, which is no range of 1 to {_LONGEST} days", _DATES, "The closed days")
        yield from (first + timedelta(day) for day in range(days + 1))


def _days_text(days: list[int], lang: Language) -> str:
    """Three days in a row and more are a range."""
    if len(days) == 7:
        return {"zh": "每天", "en": "Every day"}[lang]
    names = _CHINESE if lang == "zh" else [name.title() for name in _NAMES]
    parts: list[str] = []
    for _, run in groupby(enumerate(days), lambda pair: pair[1] - pair[0]):
        row = [names[day] for _, day in run]
        parts += [f"{row[0]}{'至' if lang == 'zh' else '-'}{row[-1]}"] if len(row) > 2 else row
    return ("、" if lang == "zh" else ", ").join(parts)


def _span_text(span: Span, lang: Language) -> str:
    start, end = (f"{minute // 60:02}:{minute % 60:02}" for minute in (span[0], span[1] % _DAY or _DAY))
    if span[1] <= _DAY:
        return f"{start}-{end}"
    return f"{start}-次日 {end}" if lang == "zh" else f"{start}-{end} the next day"
