"""A prompt lives once, wants all its variables, and is named by its digest."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from bot.errors import SettingError
from bot.reply.prompts import FOLDER, Prompt


def test_it_is_filled_and_a_value_is_never_read_as_a_template() -> None:
    assert Prompt("p", "$a 和 ${b}，$$5").fill(a="$b", b="{c}") == "$b 和 {c}，$5"


@pytest.mark.parametrize("values", [{}, {"a": "1"}, {"a": "1", "b": "2", "c": "3"}, {"a": "1", "c": "3"}])
def test_a_missing_or_unknown_variable_is_named(values: dict[str, str]) -> None:
    with pytest.raises(SettingError, match=r"Prompt p: .*[bc]"):
        Prompt("p", "$a $b").fill(**values)


def test_a_lone_sign_is_refused() -> None:
    with pytest.raises(SettingError, match=r"\$\$"):
        Prompt("p", "costs $ 5")


def test_the_digest_names_the_wording() -> None:
    text = "$a"
    assert Prompt("p", text).digest == Prompt("q", text).digest == hashlib.sha256(text.encode()).hexdigest()[:12]
    assert Prompt("p", "$a.").digest != Prompt("p", text).digest


def test_one_that_cannot_be_read_names_its_file(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"none\.txt"):
        Prompt.load("none", tmp_path)
    (tmp_path / "bad.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingError, match=r"bad\.txt"):
        Prompt.load("bad", tmp_path)


def test_the_real_one_takes_what_the_writer_gives() -> None:
    prompt = Prompt.load("reply")
    assert prompt.variables == {"language", "evidence", "history", "question"}
    assert prompt.digest == hashlib.sha256((FOLDER / "reply.txt").read_bytes()).hexdigest()[:12]
