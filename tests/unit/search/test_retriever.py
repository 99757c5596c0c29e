"""Tickets are found, by LangChain's interface and by our own."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableLambda

from bot.search.build import publish
from bot.search.opening import Build, open_build
from bot.search.retriever import TicketRetriever, _first


@pytest.fixture
def retriever(build: Build) -> TicketRetriever:
    return TicketRetriever(build, k=3)


@pytest.mark.parametrize(
    ("question", "best"),
    [("冷库的温度怎么调", "t1"), ("托盘租金多少钱", "t2"), ("E1042", "t3"), ("貨丟了怎麼賠", "t6"), ("配置进度", "t5")],
)
def test_the_right_ticket_is_first(retriever: TicketRetriever, question: str, best: str) -> None:
    assert retriever.search(question)[0].ticket == best


def test_every_ticket_is_ranked_once_even_beyond_the_collection(retriever: TicketRetriever) -> None:
    hits = retriever.search("托盘租金", k=50)
    assert sorted(hit.ticket for hit in hits) == ["t1", "t2", "t3", "t4", "t5", "t6"]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(-1 <= hit.dense <= 1.001 and hit.lexical >= 0 and 0 <= hit.coverage <= 1.001 for hit in hits)
    assert retriever.search("托盘租金", k=1) == hits[:1]
    assert retriever.search("托盘租金", k=0) == []


@pytest.mark.parametrize("question", ["", "  ", "😀🎉", "？！", "[图片]", "〈域名〉"])
def test_a_question_without_words_finds_nothing(retriever: TicketRetriever, question: str) -> None:
    assert retriever.search(question) == []
    assert retriever.invoke(question) == []


@pytest.mark.parametrize("question", ["x" * 8000, "托盘" * 4000, "\ud800托盘", "'; DROP TABLE--", "한국어", "$in {}"])
def test_odd_questions_are_borne(retriever: TicketRetriever, question: str) -> None:
    assert len(retriever.search(question)) == 6


def test_placeholders_do_not_steer(retriever: TicketRetriever) -> None:
    assert retriever.search("托盘租金 [域名] 〈域名〉") == retriever.search("托盘租金")


def test_relevance_is_the_cosine_to_each_statement(retriever: TicketRetriever, search_fakes: Any) -> None:
    rows = [row for ticket in search_fakes.TICKETS for row in search_fakes.statements(ticket)]
    near = retriever.relevance(rows[1].text, rows)
    assert near[1] == pytest.approx(1, abs=1e-3)
    assert max(near) == near[1]
    unknown = search_fakes.statements(search_fakes.ticket(9, "a", "b", "c"))
    assert retriever.relevance(unknown[0].text, unknown) == [pytest.approx(1.0, abs=1e-5)]  # embedded alone
    assert retriever.relevance("", rows) == [0.0] * len(rows)
    assert retriever.relevance("托盘", []) == []


def test_it_is_a_langchain_retriever(retriever: TicketRetriever) -> None:
    assert isinstance(retriever, BaseRetriever)
    found = retriever.invoke("托盘租金")
    assert [document.id for document in found] == [hit.ticket for hit in retriever.similar("托盘租金", 3)]
    first = found[0]
    assert first.page_content == "托盘租金\n托盘一个月多少钱\n托盘按月计租，每个每月十二元，不足一月按一月计。"
    assert first.metadata.items() >= {
        "ticket": "t2", "title": "托盘租金", "product": "仓储", "topic": "咨询", "source": "a.md#2"
    }.items()  # fmt: skip
    assert {"score", "dense", "lexical", "coverage"} <= first.metadata.keys()
    assert retriever.batch(["托盘租金", "丢件"])[0] == found
    assert asyncio.run(retriever.ainvoke("托盘租金")) == found
    chain = retriever | RunnableLambda(lambda documents: [document.metadata["ticket"] for document in documents])
    assert chain.invoke("托盘租金")[0] == "t2"


def test_an_index_without_tickets_finds_nothing(tmp_path: Path, search_fakes: Any) -> None:
    search_fakes.publish_all(tmp_path, [], search_fakes.HashEmbeddings())
    build = open_build(tmp_path, search_fakes.HashEmbeddings())
    assert TicketRetriever(build).search("托盘") == []
    build.close()


def test_all_tickets_that_say_what_was_found_are_as_near_as_the_one_that_stands_for_them(
    index: Path, search_fakes: Any
) -> None:
    said = "丢件按申报价值理赔，须在签收后七天内提出。"
    tickets = [*search_fakes.TICKETS, search_fakes.ticket(7, "别的", "别的事", said)]
    rows = {one.id: search_fakes.statements(one) for one in tickets}
    rows["t7"] = (replace(rows["t7"][0], same="t6.s1", agree=2),)
    passages = {one.id: search_fakes.passages(one) for one in tickets}
    passages["t7"] = passages["t7"][:1]
    publish(index, tickets, rows, passages, search_fakes.HashEmbeddings(), {})
    build = open_build(index, search_fakes.HashEmbeddings())
    dense = {hit.ticket: hit.dense for hit in TicketRetriever(build).search(said, 50)}
    build.close()
    assert dense["t6"] == dense["t7"] == max(dense.values())
    assert len(dense) == 7 and dense["t1"] < dense["t7"]


@given(st.lists(st.sampled_from([-1.5, 0.0, 0.25, 2.0]), min_size=1, max_size=30), st.integers(-1, 40))
def test_the_first_are_those_of_a_whole_sort(values: list[float], k: int) -> None:
    scores = np.array(values, np.float32)
    assert _first(scores, k).tolist() == np.argsort(-scores, kind="stable")[: max(k, 0)].tolist()


def test_a_vector_is_fetched_once(retriever: TicketRetriever, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row for found in retriever.build.statements.values() for row in found][:4]
    first = retriever.relevance("托盘", rows)
    monkeypatch.setattr(type(retriever.build.store), "vectors", lambda _, ids: pytest.fail(f"asked for {ids}"))
    assert retriever.relevance("托盘", rows) == first
