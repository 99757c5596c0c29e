"""Service hours: what is open, what a customer reads, and what a wrong setting is told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.desk.hours import Hours
from bot.errors import SettingError

SHANGHAI = ZoneInfo("Asia/Shanghai")
USUAL = Hours.parse("Mon-Fri 09:00-18:00; Sat 10:00-16:00", "Asia/Shanghai", closed="2027-01-01,2027-02-10")


def at(text: str) -> datetime:
    """A time in Shanghai. 2026-12-28 is a Monday, 2027-01-01 a Friday."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("when", "is_open"),
    [
        ("2026-12-28 08:59:59", False),
        ("2026-12-28 09:00", True),
        ("2026-12-28 17:59:59", True),
        ("2026-12-28 18:00", False),
        ("2026-12-31 19:00", False),
        ("2027-01-01 12:00", False),
        ("2027-01-02 12:00", True),
        ("2027-01-02 16:00", False),
        ("2027-01-03 12:00", False),
    ],
)
def test_usual_hours(when: str, is_open: bool) -> None:
    assert USUAL.open(at(when)) is is_open
    assert USUAL.open(at(when).astimezone(UTC)) is is_open


def test_a_time_without_a_zone_is_utc() -> None:
    assert USUAL.open(datetime(2026, 12, 28, 1)) and not USUAL.open(datetime(2026, 12, 28, 10))


def test_shifts_pass_midnight_and_a_closed_day_is_closed_whole() -> None:
    night = Hours.parse("Mon,Wed 22:00-06:00", "Asia/Shanghai")
    assert night.open(at("2026-12-28 23:00")) and night.open(at("2026-12-29 05:59"))
    assert not night.open(at("2026-12-28 05:00")) and not night.open(at("2026-12-29 23:00"))
    closed = Hours.parse("Mon-Sun 22:00-06:00", "Asia/Shanghai", "2026-12-29")
    assert closed.open(at("2026-12-28 23:59")) and not closed.open(at("2026-12-29 00:00"))
    assert not closed.open(at("2026-12-30 01:00"))


def test_nothing_means_always() -> None:
    always = Hours.parse(" ", "UTC")
    assert always.open(at("2026-12-27 03:00"))
    but = Hours.parse("", "Asia/Shanghai", "2027-02-06..2027-02-12")
    assert not but.open(at("2027-02-08 12:00")) and but.open(at("2027-02-05 23:59"))


def test_summer_time() -> None:
    """In the night to 2026-03-29 Berlin's clocks go from 02:00 to 03:00."""
    hours = Hours.parse("Sun 02:30-05:00", "Europe/Berlin")
    begins = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert hours.open(begins) and not hours.open(begins - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("text", "zone", "chinese", "english"),
    [
        (
            "Mon-Fri 09:00-18:00; Sat 10:00-16:00",
            "Asia/Shanghai",
            "周一至周五 09:00-18:00，周六 10:00-16:00（北京时间）",
            "Mon-Fri 09:00-18:00; Sat 10:00-16:00 (Beijing time)",
        ),
        ("", "UTC+8", "每天 24 小时（UTC+8）", "Every day 24 hours (UTC+8)"),
        ("sat-sun 10:00-24:00", "UTC", "周六、周日 10:00-24:00（UTC）", "Sat, Sun 10:00-24:00 (UTC)"),
        (
            "Mon,Wed－Fri 9：00–12：00，13:00 - 15:00",
            "UTC",
            "周一、周三至周五 09:00-12:00、13:00-15:00（UTC）",
            "Mon, Wed-Fri 09:00-12:00 and 13:00-15:00 (UTC)",
        ),
        ("Monday 22:00-06:00", "UTC", "周一 22:00-次日 06:00（UTC）", "Mon 22:00-06:00 the next day (UTC)"),
        ("Mon 20:00-00:00", "UTC", "周一 20:00-24:00（UTC）", "Mon 20:00-24:00 (UTC)"),
        ("Mon 09:00-13:00; Mon 12:00-18:00", "UTC", "周一 09:00-18:00（UTC）", "Mon 09:00-18:00 (UTC)"),
    ],
)
def test_a_line_for_a_customer(text: str, zone: str, chinese: str, english: str) -> None:
    hours = Hours.parse(text, zone)
    assert (hours.text("zh"), hours.text("en")) == (chinese, english)


@pytest.mark.parametrize(
    ("text", "zone", "closed", "named", "takes"),
    [
        ("Mun 09:00-18:00", "UTC", "", "'Mun'", "Mon-Fri 09:00-18:00"),
        ("Mon- 09:00-18:00", "UTC", "", "''", "Mon-Fri"),
        ("Mon", "UTC", "", "'Mon' without a time", "Mon-Fri"),
        ("09:00-18:00", "UTC", "", "without its days", "Mon-Fri"),
        ("Mon 9-18", "UTC", "", "'9-18'", "Mon-Fri"),
        ("Mon 09:00-25:00", "UTC", "", "24:00", "Mon-Fri"),
        ("Mon 09:00-10:60", "UTC", "", "59 minutes", "Mon-Fri"),
        ("Mon 09:00-09:00", "UTC", "", "00:00-24:00", "Mon-Fri"),
        ("", "Mars/Base", "", "'Mars/Base'", "Asia/Shanghai"),
        ("", "Asia", "", "'Asia'", "Asia/Shanghai"),
        ("", "../../etc/passwd", "", "passwd", "UTC+8"),
        ("", "", "", "''", "UTC+8"),
        ("", "UTC+15", "", "'UTC+15'", "UTC+8"),
        ("", "UTC", "2027-02-30", "'2027-02-30'", "2027-01-01"),
        ("", "UTC", "2027-02-12..2027-02-06", "2027-02-12..2027-02-06", "2027-01-01"),
        ("", "UTC", "2020-01-01..2030-01-01", "366", "2027-01-01"),
    ],
)
def test_a_wrong_setting_is_told(text: str, zone: str, closed: str, named: str, takes: str) -> None:
    with pytest.raises(SettingError) as caught:
        Hours.parse(text, zone, closed)
    assert named in str(caught.value) and takes in str(caught.value) and str(caught.value).endswith(".")


@pytest.mark.parametrize("zone", ["UTC+8", "+08:00", "GMT+0800", "utc+08"])
def test_an_offset_needs_no_database(zone: str) -> None:
    assert Hours.parse("", zone).zone.utcoffset(None) == timedelta(hours=8)


def test_hours_are_equal_by_value_and_can_be_kept_in_a_set() -> None:
    assert (
        len({USUAL, Hours.parse("Mon-Fri 9:00-18:00;Sat 10:00-16:00;", "Asia/Shanghai", "2027-02-10 2027-01-01")}) == 1
    )


CLOCK = some.integers(0, 287).map(lambda step: f"{step // 12:02}:{step % 12 * 5:02}")
ENTRY = some.builds(
    lambda days, start, end: f"{','.join(days)} {start}-{end}" if start != end else f"{days[0]} 00:00-24:00",
    some.lists(some.sampled_from("Mon Tue Wed Thu Fri Sat Sun".split()), min_size=1, max_size=4),
    CLOCK,
    CLOCK,
)


def minutes(clock: str) -> int:
    return 60 * int(clock[:2]) + int(clock[3:])


def tells(text: str, closed: list[date], local: datetime) -> bool:
    """Whether the text says that it is open, by the clock on the wall."""
    today = local.date()
    for entry in text.split("; "):
        days, _, times = entry.partition(" ")
        start, end = map(minutes, times.split("-"))
        end += 24 * 60 if end < start else 0
        for back in (0, 1):
            day, now = today - timedelta(back), 60 * local.hour + local.minute + back * 24 * 60
            if f"{day:%a}" in days and start <= now < end and not {day, today} & set(closed):
                return True
    return False


@settings(max_examples=300, deadline=None)
@given(
    some.lists(ENTRY, min_size=1, max_size=3).map("; ".join),
    some.lists(some.dates(date(2026, 3, 1), date(2026, 4, 30)), max_size=9),
    some.datetimes(datetime(2026, 3, 1), datetime(2026, 4, 30), timezones=some.just(UTC)),
    some.sampled_from(["Asia/Shanghai", "UTC-3:30"]),  # no summer time, so that the wall's clock tells all
)
def test_it_is_open_when_the_text_says_so(text: str, closed: list[date], when: datetime, zone: str) -> None:
    hours = Hours.parse(text, zone, ",".join(map(str, closed)))
    assert hours.open(when) is tells(text, closed, when.astimezone(hours.zone))
