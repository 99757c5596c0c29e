"""Foreign text is never markup, and lists, links and citations are."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from bot.records import Answer, Question, Sentence
from bot.serve.pages import markup, view
from bot.serve.pages.talk import Handover, Talk
from bot.serve.pages.texts import EN, TEXTS, ZH

EVIL = [
    "<script>alert(1)</script>",
    "![x](http://evil.test/a.png)",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "**b** _i_ `c` ~~s~~ # h",
    "$$x$$",
    '"><svg onload=alert(1)>',
    "a\n\n<b>b</b>",
    "&lt;b&gt; &#60;",
]


@pytest.mark.parametrize("text", EVIL)
def test_escaped_text_has_nothing_to_read(text: str) -> None:
    escaped = markup.escape(text)
    assert not re.search(r"[<>\"'`*_\[\]()!#$~\n]", re.sub(r"&#\d+;", "", escaped))
    assert html.unescape(escaped) == text.replace("\n", " ")


@pytest.mark.parametrize("text", EVIL)
def test_a_whole_reply_is_one_line_with_our_tags_only(text: str, serve_fakes: Any) -> None:
    talk = Talk()
    exchange = talk.begin(text)
    answer = serve_fakes.reply(Question("注入"))
    exchange.answer, exchange.state = answer, "done"
    talk.items.append(Handover("<b>1</b>", (text,)))
    drawn = view.messages(talk, ZH)
    assert [message["role"] for message in drawn] == ["user", "assistant", "assistant"]
    for message in drawn:
        assert "\n" not in message["content"]
        tags = set(re.findall(r"</?([a-z0-9]+)", message["content"]))
        assert tags <= set("div span p b a br button ul ol li h3 h4 section blockquote dl dt dd".split())
        assert "onerror" not in re.sub(r">[^<]*<", "><", message["content"])


def test_steps_become_a_list_with_their_continuations(serve_fakes: Any) -> None:
    drawn = markup.blocks(serve_fakes.STEPS, "TAIL")
    assert drawn.count("<li>") == 4 and drawn.endswith("TAIL</li></ol>")
    assert drawn.startswith("<p>") and "限免）<br><a href=" in drawn


def test_lists_can_start_late_and_end_before_a_remark() -> None:
    drawn = markup.blocks("3、三\n4、四\n注意：别忘了\n- 点一\n- 点二")
    assert drawn == ('<ol start="3"><li>三</li><li>四</li></ol><p>注意：别忘了</p><ul><li>点一</li><li>点二</li></ul>')


def test_a_number_is_not_a_step() -> None:
    assert "<ol" not in markup.blocks("1.5 元每 GB\n2.0 版")


def test_links_end_where_the_address_ends() -> None:
    drawn = markup.linked("见https://a.test/x_y?q=1。还有(https://b.test/z)，")
    assert html.unescape(re.findall(r'href="([^"]*)"', drawn)[0]) == "https://a.test/x_y?q=1"
    assert html.unescape(re.findall(r'href="([^"]*)"', drawn)[1]) == "https://b.test/z"
    assert drawn.count('target="_blank" rel="noopener noreferrer"') == 2
    assert html.unescape(re.sub("<[^>]*>", "", drawn)) == "见a.test › x_y。还有(b.test › z)，"
    assert "<a" not in markup.linked("javascript:alert(1) ftp://x")


def test_a_reply_grows_and_then_gets_its_buttons() -> None:
    talk = Talk()
    exchange = talk.begin("问")
    assert ZH.writing in view.messages(talk, ZH)[1]["content"]
    exchange.sentences.append(Sentence("第一句。", "courtesy"))
    growing = view.messages(talk, ZH)[1]["content"]
    assert "第一句" in growing and "dots" in growing and "do-copy" not in growing
    exchange.answer = Answer("a", "answered", "第一句。", (Sentence("第一句。", "courtesy"),), notice="模型没有响应。")
    exchange.state, exchange.thumb = "done", "up"
    done = view.messages(talk, EN)[1]["content"]
    assert "dots" not in done and "do-up on" in done and EN.solved in done and "模型没有响应" in done


def test_both_languages_say_everything() -> None:
    assert list(TEXTS) == ["zh", "en"]
    for texts in TEXTS.values():
        for name in texts.__slots__:
            assert getattr(texts, name).strip(), name
    assert view.engine_line("qwen", EN).startswith("written by qwen")
