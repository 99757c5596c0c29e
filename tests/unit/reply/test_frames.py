"""The desk's own sentences: in both languages, without facts, every variable filled."""

from __future__ import annotations

import re

import pytest

from bot.reply.frames import TEXTS, language_of, say


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_each_is_said_in_both_languages(name: str) -> None:
    variables = {language: set(re.findall(r"\$(\w+)", text)) for language, text in TEXTS[name].items()}
    assert variables["zh"] == variables["en"]
    assert re.search(r"[\u3400-\u9fff]", TEXTS[name]["zh"]) and TEXTS[name]["en"].isprintable()
    values = dict.fromkeys(variables["zh"], "甲")
    assert "$" not in say(name, "zh", **values) + say(name, "en", **values)


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_none_states_a_fact(name: str) -> None:
    assert not re.search(r"\d|https?:|\[", "".join(TEXTS[name].values()))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("怎么开发票", "zh"),
        ("How do I pay?", "en"),
        ("CDN 证书怎么换", "zh"),
        ("404", "zh"),
        ("", "zh"),
        ("SSL 過期", "zh"),
        ("x", "zh"),
    ],
)
def test_the_language_of_a_question(text: str, language: str) -> None:
    assert language_of(text) == language
