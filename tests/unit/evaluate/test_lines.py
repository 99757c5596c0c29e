from __future__ import annotations

from pathlib import Path

import pytest

from bot.evaluate import lines
from bot.evaluate.lines import LineError
from bot.records import Message


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('{"id": "a"}\n{"id": ', "line 2: not JSON"),
        ("[1]", "line 1: a JSON object is needed"),
        ('\n\n{"question": "x"}', 'line 3: the field "id" is missing'),
        ('{"id": ""}', 'line 1: the field "id" must be a text that is not empty'),
        ('{"id": true}', 'the field "id" must be a text'),
        ('{"id": "a"}\n\n{"id": "a"}', 'line 3: the field "id" repeats "a" of line 1'),
        ("[" * 100_000, "line 1: not JSON"),
        ("", "holds no line"),
    ],
)
def test_a_complaint_names_file_line_and_field(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LineError) as caught:
        lines.read(path)
    assert complaint in str(caught.value)
    assert "q.jsonl" in str(caught.value)


@pytest.mark.parametrize(
    ("history", "complaint"),
    [
        ("x", '"history" must be a list'),
        ([{"role": "system", "content": "x"}], '"history" takes'),
        ([{"role": "user", "content": 3}], '"content" of a history message'),
        (["x"], '"history" takes'),
    ],
)
def test_a_bad_history_is_told(history: object, complaint: str) -> None:
    line = lines.Line("f", 4, {"id": 1, "question": "x", "history": history})
    with pytest.raises(LineError, match=f"f, line 4: .*{complaint}"):
        line.question()


def test_marks_of_windows_and_blank_lines_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_bytes('\ufeff{"id": 7, "question": "怎么\u2028删"}\r\n\r\n{"id": "b", "question": "y"}\r\n'.encode())
    assert [(line.id(), line.number) for line in lines.read(path)] == [("7", 1), ("b", 3)]


@pytest.mark.parametrize(
    "text",
    [
        '[{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]',
        '{"role": "user", "content": "a"}\n{"role": "assistant", "content": "b"}\n',
    ],
)
def test_a_history_file_is_a_list_or_lines(tmp_path: Path, text: str) -> None:
    path = tmp_path / "h.json"
    path.write_text(text, encoding="utf-8")
    assert lines.history(path) == (Message("user", "a"), Message("assistant", "b"))


@pytest.mark.parametrize("name", ["gone.jsonl", "."])
def test_what_cannot_be_read_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(LineError, match="cannot be read"):
        lines.read(tmp_path / name)


def test_a_file_of_another_encoding_is_told(tmp_path: Path) -> None:
    path = tmp_path / "gbk.jsonl"
    path.write_bytes('{"id": "问"}'.encode("gbk"))
    with pytest.raises(LineError, match="not UTF-8"):
        lines.read(path)


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("before")

    def half() -> None:
        with lines.whole(path) as file:
            file.write("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        half()
    assert path.read_text() == "before"
    with lines.whole(path) as file:
        file.write("after")
    assert path.read_text() == "after"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(LineError, match="cannot be written"), lines.whole(tmp_path / "no" / "out"):
        pass


def test_a_device_is_written_to_not_replaced() -> None:
    with lines.whole(Path("/dev/null")) as file:
        file.write("x")
    assert Path("/dev/null").is_char_device()
