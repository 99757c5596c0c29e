"""Bytes become text, whatever wrote them, and nothing odd slips in silently."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from bot.errors import KnowledgeError
from bot.tickets.reading import decoding, reader
from bot.tickets.reading.decoding import NotText, decode, lines
from bot.tickets.reading.reader import read, read_markdown

TEXT = "## 窗户打不开\n### 问题描述\n把手拧不动\n### 客服解答\n客服：先上油\n"


def written(tmp_path: Path, raw: bytes, name: str = "a.md") -> Path:
    path = tmp_path / name
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize(
    ("raw", "note"),
    [
        (TEXT.encode(), ""),
        (codecs.BOM_UTF8 + TEXT.encode(), ""),
        (TEXT.encode("utf-16"), ""),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), ""),
        (TEXT.encode("utf-32"), ""),
        (TEXT.encode("utf-16-le"), "read as UTF-16"),
        (TEXT.encode("gbk"), "read as GB18030 (not UTF-8)"),
        (TEXT.encode("gb18030"), "read as GB18030 (not UTF-8)"),
        (TEXT.replace("\n", "\r\n").encode(), ""),
        (TEXT.replace("\n", "\r").encode(), ""),
    ],
)
def test_every_usual_encoding_reads_the_same(tmp_path: Path, raw: bytes, note: str) -> None:
    found = read(written(tmp_path, raw))
    assert found.tickets == read_markdown(TEXT, "a.md").tickets
    assert [row.reason for row in found.notes] == ([note] if note else [])


def test_a_file_of_two_encodings_names_the_odd_lines(tmp_path: Path) -> None:
    raw = TEXT.encode() + "客服：再换锁芯\n".encode("gb18030") + "客服：好了\n".encode() + b"\xff\xff\xff\n"
    found = read(written(tmp_path, raw))
    assert found.tickets[0].agent_text.startswith("先上油\n再换锁芯\n好了")
    assert [(row.line, row.reason) for row in found.notes] == [
        (6, "not UTF-8, read as GB18030: line 6"),
        (8, "damaged characters, shown as \ufffd: line 8"),
    ]


@pytest.mark.parametrize("raw", [b"\x00\x01\x02\x03", b"\x7fELF\x02\x01\x01\x00\x00", b"\xff\xfe\x00"])
def test_what_is_no_text_is_refused(raw: bytes) -> None:
    with pytest.raises(NotText):
        decode(raw)


def test_unseen_characters_go_with_a_note_and_every_line_end_counts() -> None:
    rows, notes = lines("a\x00b\r\nc\u202ed\re\u2028f\x0bg\n\x1b[0mh\ufeff")
    assert rows.texts == ["ab", "cd", "e", "f", "g", "[0mh"]
    assert list(rows.numbers) == [1, 2, 3, 3, 3, 4]
    assert notes == [(1, "4 control or direction characters left out, the first one here")]


def test_a_structure_of_line_separators_is_read() -> None:
    (ticket,) = read_markdown(TEXT.replace("\n", "\u2028"), "a.md").tickets
    assert (ticket.title, ticket.question, ticket.agent_text) == ("窗户打不开", "把手拧不动", "先上油")
    assert ticket.source.line == 1


def test_a_file_over_the_limit_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.jsonl"
    with path.open("wb") as file:
        file.truncate(200 * 2**20)
    with pytest.raises(KnowledgeError, match=r"a\.jsonl: larger than 16 MiB; split it into several files\.") as caught:
        read(path)
    assert str(path) in str(caught.value)
    monkeypatch.setattr(reader, "LIMIT", 10)
    with pytest.raises(KnowledgeError, match="larger than"):
        read(written(tmp_path, TEXT.encode()))
    assert decoding.LIMIT == 16 * 2**20


@pytest.mark.parametrize("suffix", [".md", ".jsonl", ".csv"])
def test_a_folder_a_loop_and_a_missing_file_are_named(tmp_path: Path, suffix: str) -> None:
    folder, loop = tmp_path / f"x{suffix}", tmp_path / f"y{suffix}"
    folder.mkdir()
    loop.symlink_to(loop)
    for path in (folder, loop, tmp_path / f"z{suffix}"):
        with pytest.raises(KnowledgeError, match="cannot be read"):
            read(path)
