"""What every writer keeps to, and what the model's one makes of a stream, however it was cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai import OpenAIError

from bot.errors import WriterError
from bot.records import Draft, Message
from bot.reply.model import MOST, Model
from bot.reply.prompts import Prompt
from bot.reply.writers import Usage, Writer
from bot.reply.writers.extractive import ExtractiveWriter
from bot.reply.writers.llm import LlmWriter, read, sentences
from tests.unit.reply.fakes import brief, evidence


@dataclass
class Chunk:
    text: str
    usage_metadata: dict[str, int] | None = None
    response_metadata: dict[str, str] = field(default_factory=dict)


@dataclass
class Client:
    """Stands where ChatOpenAI stands: streams the pieces, raises an exception among them."""

    pieces: Sequence[str | Exception]
    prompts: list[str] = field(default_factory=list)

    def stream(self, messages: list[tuple[str, str]], **more: Any) -> Iterator[Chunk]:
        self.prompts.append(messages[0][1])
        for piece in self.pieces:
            if isinstance(piece, Exception):
                raise piece
            yield Chunk(piece)
        yield Chunk("", {"input_tokens": 11, "output_tokens": 7}, {"finish_reason": "stop"})


def model(*pieces: str | Exception, budget: int = 2000) -> tuple[LlmWriter, Client]:
    spoken, client = Model("some-model", None, None, 5.0, 0), Client(pieces)
    vars(spoken)["_client"] = client
    return LlmWriter(spoken, Prompt.load("reply"), budget), client


BRIEF = brief("托盘按月计租，每个每月12元", "退租须提前7天在预约页提出")


@pytest.mark.parametrize(
    "make",
    [ExtractiveWriter, lambda: model("托盘按月", "计租，每个每月12元。[", "1]\n退租须提前7天在预约页提出。[2]\n")[0]],
    ids=["extractive", "llm"],
)
class TestAnyWriter:
    def test_it_writes_whole_sentences_with_evidence_that_exists(self, make: Callable[[], Writer]) -> None:
        drafts = list(make().write(BRIEF, Usage()))
        assert [draft.text for draft in drafts] == ["托盘按月计租，每个每月12元。", "退租须提前7天在预约页提出。"]
        assert [draft.evidence for draft in drafts] == [(1,), (2,)]
        assert {draft.kind for draft in drafts} == {"knowledge"}

    def test_it_starts_before_it_is_done(self, make: Callable[[], Writer]) -> None:
        assert isinstance(next(iter(make().write(BRIEF, Usage()))), Draft)

    def test_it_says_what_it_is(self, make: Callable[[], Writer]) -> None:
        writer = make()
        assert writer.engine and (writer.prompt is None or len(writer.prompt) == 12)

    def test_it_remembers_nothing_between_two_briefs(self, make: Callable[[], Writer]) -> None:
        writer = make()
        assert list(writer.write(BRIEF, Usage())) == list(writer.write(BRIEF, Usage()))


@pytest.mark.parametrize(
    "pieces",
    [
        (OpenAIError("401"),),
        ("托盘按月计租。[1]\n退租", OpenAIError("gone")),
        (ValueError("no JSON"),),
        (),
        ("",),
        ("长" * (MOST + 1),),
    ],
    ids=["at once", "in the middle", "nonsense", "nothing", "blank", "endless"],
)
def test_what_a_model_cannot_do_is_a_writer_error(pieces: tuple[str | Exception, ...]) -> None:
    with pytest.raises(WriterError):
        list(model(*pieces)[0].write(BRIEF, Usage()))


def test_what_was_whole_before_a_break_stands_and_the_half_does_not() -> None:
    drafts = model("托盘按月计租。[1]\n退租须", OpenAIError("gone"))[0].write(BRIEF, Usage())
    assert next(drafts).text == "托盘按月计租。"
    with pytest.raises(WriterError):
        next(drafts)


def test_the_usage_that_a_server_reports_is_kept() -> None:
    usage = Usage()
    list(model("托盘按月计租。[1]")[0].write(BRIEF, usage))
    assert (usage.prompt, usage.completion) == (11, 7)


def test_the_prompt_holds_the_evidence_the_history_and_the_language() -> None:
    writer, client = model("x")
    single = evidence("您的库门没有关严", 3, kind="specific")
    history = (Message("user", "托盘在哪"), Message("assistant", "在东门"))
    full = replace(BRIEF, evidence=(*BRIEF.evidence, single), history=history, language="en")
    list(writer.write(full, Usage()))
    (prompt,) = client.prompts
    for part in (
        "[1] 托盘按月计租",
        "[2] 退租",
        "[3] 〔个案〕您的库门",
        "客户：托盘在哪",
        "在东门",
        "English",
        full.question,
    ):
        assert part in prompt


def test_evidence_beyond_the_budget_stays_out_but_one_always_fits() -> None:
    writer, client = model("x", budget=1)
    list(writer.write(BRIEF, Usage()))
    assert "[1] 托盘" in client.prompts[0] and "[2] 退租" not in client.prompts[0]


# What a stream may be made of, with all that could mislead: marks, brackets that are none, links with a question mark.
PARTS = [
    *(
        "托盘",
        "每月12元",
        "。",
        "！",
        "？",
        "!",
        "?",
        "\n",
        " ",
        "”",
        "）",
        "[1]",
        "[12]",
        "[1,2]",
        "【3】",
        "[ 1、2 ]",
        "[证据1]",
    ),
    *(
        "[",
        "]",
        "【",
        "[https配置]",
        "[修改 配置并且保存一下吧好吗]",
        "https://a.cn/b?c=d&e=f!g",
        "1. ",
        "v7.13.2",
        "。[1]",
        "?[2]",
    ),
]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=14).map("".join), st.data())
def test_cutting_a_stream_elsewhere_changes_nothing(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=12)))
    pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    whole = list(sentences(iter([text])))
    assert list(sentences(iter(pieces))) == whole == list(sentences(iter(text)))
    assert "".join("".join(whole).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("甲。[1]乙。[2]", ["甲。[1]", "乙。[2]"]),
        ("甲。[1][2] 乙[1]。丙", ["甲。[1][2]", "乙[1]。", "丙"]),
        ("甲。\n[1]\n乙。【2】", ["甲。\n[1]", "乙。【2】"]),
        ("他说“甲。”[1]乙", ["他说“甲。”[1]", "乙"]),
        ("见 https://a.cn/b?c=d 。[1]好吗?[2]", ["见 https://a.cn/b?c=d 。[1]", "好吗?[2]"]),
        ("甲。[域名管理] 下点击。[1]", ["甲。", "[域名管理] 下点击。[1]"]),
        (
            "甲。[没有关上的括号里的文字，一直没有关上。乙。",
            ["甲。", "[没有关上的括号里的文字，一直没有关上。", "乙。"],
        ),
        ("1. 打开[1]\n2. 保存[1]", ["1. 打开[1]", "2. 保存[1]"]),
        ("", []),
        (" \n\n ", []),
    ],
)
def test_sentences_keep_the_marks_behind_them(text: str, whole: list[str]) -> None:
    assert list(sentences(iter([text]))) == whole


@pytest.mark.parametrize(
    ("sentence", "text", "marks"),
    [
        ("有效期为90天。[1]", "有效期为90天。", (1,)),
        ("有效期为90天[1]。", "有效期为90天。", (1,)),
        ("有效期为90天 [1] 。", "有效期为90天。", (1,)),
        ("有效期为90天。[1]。", "有效期为90天。", (1,)),
        ("有效期为90天。[1][2]", "有效期为90天。", (1, 2)),
        ("有效期为90天。【1】", "有效期为90天。", (1,)),
        ("有效期为90天。[2,1]", "有效期为90天。", (2, 1)),
        ("有效期为90天。[1、2][1]", "有效期为90天。", (1, 2)),
        ("有效期为90天。[证据 3]", "有效期为90天。", (3,)),
        ("有效期为90天。[编号3]", "有效期为90天。", (3,)),
        ("- **步骤**：点击 [配置][1]", "步骤：点击 [配置]", (1,)),
        ("1. 打开温控页 [1]", "1. 打开温控页", (1,)),
        ("有效期为90天", "有效期为90天", ()),
        ("年份[2024]", "年份[2024]", ()),
    ],
)
def test_marks_of_any_shape_become_evidence(sentence: str, text: str, marks: tuple[int, ...]) -> None:
    assert read(sentence) == Draft(text, "knowledge", marks)


@pytest.mark.parametrize("sentence", ["[1]", "【1】。", "---", "**", "[1][2]\n"])
def test_marks_alone_are_no_sentence(sentence: str) -> None:
    assert read(sentence) is None


def test_the_kind_of_a_sentence() -> None:
    def kind(sentence: str) -> Any:
        draft = read(sentence)
        return draft and draft.kind

    assert kind("类似工单中，客服的说明是：库门没有关严。[1]") == "precedent"
    assert kind("您好，很高兴为您服务！") == "courtesy"
    assert kind("您好，有效期为90天。[1]") == "knowledge"
