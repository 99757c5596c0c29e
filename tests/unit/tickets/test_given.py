"""The file that comes with the house, read whole."""

from __future__ import annotations

from pathlib import Path

from bot.tickets.reading.reader import IMAGE, Reading


def test_the_given_file_is_read_whole(reading: Reading) -> None:
    turns = [turn for ticket in reading.tickets for turn in ticket.turns]
    assert len(reading.tickets) == 30
    assert len(turns) == 172
    assert reading.set_aside == ()
    assert [ticket.source.ordinal for ticket in reading.tickets] == list(range(1, 31))
    assert all(ticket.id and ticket.title and ticket.question and ticket.root_cause for ticket in reading.tickets)


def test_every_source_line_points_at_its_line(reading: Reading, part: Path) -> None:
    lines = part.read_text("utf-8").split("\n")
    names = {"customer": "**客户**：", "agent": "**客服**："}
    for ticket in reading.tickets:
        assert ticket.source.file == "part-15.md"
        assert lines[ticket.source.line - 1] == f"## {ticket.title}"
        for turn in ticket.turns:
            rows = lines[turn.line - 1 : turn.line + turn.text.count("\n")]
            assert "\n".join(rows).strip() == f"{names[turn.role]}{turn.text}"


def test_turns_keep_their_lines_and_their_pictures(reading: Reading, part: Path) -> None:
    turns = [turn for ticket in reading.tickets for turn in ticket.turns]
    assert [turn.text.count("\n") + 1 for turn in turns if "\n" in turn.text] == [4, 3, 3, 2, 4]
    assert sum(turn.images for turn in turns) == part.read_text("utf-8").count(IMAGE) == 25


def test_categories_and_scenes_are_split(reading: Reading) -> None:
    first, last = reading.tickets[0], reading.tickets[1]
    assert (first.product, first.topic, first.scenes) == ("对象存储", "其他类咨询", ("对象存储",))
    assert last.scenes == ("对象存储", "SSL证书")
    assert {ticket.product for ticket in reading.tickets} == {
        "对象存储",
        "CDN",
        "账户与财务",
        "智能多媒体",
        "云主机",
    }
