"""Tickets are found by their heads, and what the second encoder made is taken over from build to build."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.errors import BuildError
from bot.records import Ticket, Turn
from bot.search.heads import Vectors, beginning, head, pieces
from bot.search.opening import open_build
from bot.search.retriever import TicketRetriever

LAST = 7


def two(fakes: Any, name: str = "second-32", dims: int = 32) -> Any:
    """An embedding that brings a second one."""
    made = fakes.HashEmbeddings()
    made.second = fakes.HashEmbeddings(name, dims)
    return made


@pytest.mark.parametrize(
    ("ticket", "wanted"),
    [
        (Ticket("a", "托盘租金", "一个月多少？", (Turn("agent", "十二元"),)), "托盘租金\n一个月多少?"),
        (Ticket("a", "", "Scanner 报错", (Turn("agent", "重启"),)), "scanner 报错"),
        (Ticket("a", "", "", (Turn("agent", "[图片]\n货丢了怎么赔\n按申报价值"),)), "货丢了怎么赔"),
        (Ticket("a", "", "", ()), ""),
    ],
)
def test_a_head_is_title_and_question_or_the_first_line(ticket: Ticket, wanted: str) -> None:
    assert head(ticket) == wanted


def test_a_beginning_is_short_and_without_placeholders() -> None:
    assert beginning(Ticket("a", "托盘〈域名〉租金", "x" * 500, ())) == f"托盘 租金\n{'x' * 74}"


def test_pieces_are_runs_of_three() -> None:
    assert pieces("托盘租金") == {"托盘租", "盘租金"}
    assert pieces("托盘") == frozenset()


def test_a_text_is_embedded_once_and_taken_over(search_fakes: Any, tmp_path: Path) -> None:
    encoder = search_fakes.HashEmbeddings()
    told: list[tuple[int, int]] = []
    first = Vectors.of(["托盘", "货架", "托盘"], encoder, progress=lambda done, total: told.append((done, total)))
    assert encoder.embedded == ["托盘", "货架"] and told == [(2, 2)]
    first.save(tmp_path / "v.npz")
    again = Vectors.of(["货架", "叉车"], encoder, Vectors.load(tmp_path / "v.npz"))
    assert encoder.embedded == ["托盘", "货架", "叉车"]
    assert np.array_equal(again.rows[0], first.rows[1])
    assert Vectors.of([], encoder).rows.shape[0] == 0


def test_another_model_of_the_same_name_is_refused(search_fakes: Any) -> None:
    first = Vectors.of(["托盘"], search_fakes.HashEmbeddings())
    with pytest.raises(BuildError, match="another model"):
        Vectors.of(["托盘", "货架"], search_fakes.HashEmbeddings(dims=32), first)


def test_a_build_embeds_only_the_beginnings_that_are_new(search_fakes: Any, tmp_path: Path) -> None:
    search_fakes.publish_all(tmp_path, search_fakes.TICKETS, two(search_fakes))
    later = two(search_fakes)
    more = [
        *search_fakes.TICKETS[1:],
        search_fakes.ticket(LAST, "叉车租金", "叉车一天多少钱", "每天三百元，须有叉车证。"),
    ]
    search_fakes.publish_all(tmp_path, more, later)
    assert later.second.embedded == [beginning(more[-1])]
    build = open_build(tmp_path, later)
    assert build.heads.vectors is not None and len(build.heads.vectors.rows) == len(more)
    assert TicketRetriever(build).similar("叉车一天多少钱")[0].ticket == f"t{LAST}"
    build.close()


def test_another_second_encoder_leaves_the_passages_and_embeds_all_beginnings(
    search_fakes: Any, tmp_path: Path
) -> None:
    search_fakes.publish_all(tmp_path, search_fakes.TICKETS, two(search_fakes))
    other = two(search_fakes, "other-16", 16)
    with pytest.raises(BuildError, match="HEADS_EMBEDDING means other-16"):
        open_build(tmp_path, other)
    search_fakes.publish_all(tmp_path, search_fakes.TICKETS, other)
    assert other.embedded == [] and len(other.second.embedded) == len(search_fakes.TICKETS)
    open_build(tmp_path, other).close()
    search_fakes.publish_all(tmp_path, search_fakes.TICKETS, search_fakes.HashEmbeddings())
    build = open_build(tmp_path, search_fakes.HashEmbeddings())
    assert build.heads.vectors is None
    build.close()


@pytest.mark.parametrize("second", [False, True])
def test_a_case_is_found_by_its_head_and_by_half_a_word(search_fakes: Any, tmp_path: Path, second: bool) -> None:
    said = "托盘租金、入库预约、温度、扫码枪、丢件，都请看 scanner-v2.cfg 的说明。"
    many = [search_fakes.ticket(n, f"别的事{n}", "问别的", said) for n in range(LAST, LAST + 6)]
    encoder = two(search_fakes) if second else search_fakes.HashEmbeddings()
    search_fakes.publish_all(tmp_path, [*many, *search_fakes.TICKETS], encoder)
    build = open_build(tmp_path, encoder)
    retriever = TicketRetriever(build)
    assert retriever.similar("托盘一个月多少")[0].ticket == "t2"
    assert retriever.similar("canner-v2.cf 连不上")[0].ticket == "t3"
    assert retriever.similar("？！") == retriever.similar("托盘", 0) == []
    hits = retriever.similar("入库", 50)
    assert len({hit.ticket for hit in hits}) == len(build.tickets)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    build.close()
