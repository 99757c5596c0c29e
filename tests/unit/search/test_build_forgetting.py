"""What a build takes over from the last one, and what it must not: forgotten tickets, other models' vectors."""

from __future__ import annotations

import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.errors import BuildError
from bot.records import Passage
from bot.search import build as builds
from bot.search import disk
from bot.search.build import publish
from bot.search.opening import current_id, held, open_build
from bot.search.retriever import TicketRetriever


def left(index: Path) -> set[str]:
    return {path.name for path in (index / "builds").iterdir()}


def without(index: Path, fakes: Any, tickets: list[Any], gone: set[str], embeddings: Any = None) -> Any:
    """A build of the tickets, those of `gone` forgotten."""
    kept = [one for one in tickets if one.id not in gone]
    said = {one.id: fakes.statements(one) for one in kept}
    rows = {one.id: fakes.passages(one) for one in kept}
    return publish(index, kept, said, rows, embeddings or fakes.HashEmbeddings(), {"files": 1}, None, gone)


def vectors(index: Path, embeddings: Any, ids: list[str]) -> dict[str, Any]:
    build = open_build(index, embeddings)
    found = build.store.vectors(ids)
    build.close()
    return found


def holds(index: Path, *pieces: bytes) -> list[str]:
    """The files anywhere in the index that hold one of the pieces."""
    files = [path for path in index.rglob("*") if path.is_file()]
    return [path.name for path in files if any(piece in path.read_bytes() for piece in pieces)]


def near(index: Path, vector: Any) -> int:
    """How many vectors in hnswlib's files, deleted ones among them, are this one but for its rounding."""
    found = 0
    for header in index.rglob("header.bin"):
        _, count, size = disk._sizes(header)
        rows = np.frombuffer(header.with_name("data_level0.bin").read_bytes(), np.uint8).reshape(-1, size)[:count]
        vectors = np.ascontiguousarray(rows[:, -8 - 4 * len(vector) : -8]).view(np.float32)
        found += int((vectors @ vector > 0.999).sum())
    return found


def test_a_forgotten_ticket_leaves_every_build_and_so_does_its_vector(index: Path, search_fakes: Any) -> None:
    class Dense(search_fakes.HashEmbeddings):  # type: ignore[misc,name-defined]
        """Numbers that no two vectors share."""

        def _run(self, model: Any, texts: list[str], query: bool) -> list[list[float]]:
            self.embedded += texts
            rows = np.array([np.random.default_rng(zlib.crc32(text.encode())).normal(size=64) for text in texts])
            unit: list[list[float]] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).tolist()
            return unit

    tickets = search_fakes.TICKETS
    search_fakes.publish_all(index, tickets, Dense("dense"))
    search_fakes.publish_all(index, tickets[1:], Dense("dense"))
    assert len(left(index)) == 2
    before = vectors(index, Dense("dense"), ["t6#1", "t6.s1", "t2#1", "t2.s1"])
    traces = [before[key].tobytes()[at : at + 12] for key in ("t6#1", "t6.s1") for at in range(0, 256, 12)]
    others = "".join(one.text for one in tickets if one.id != "t6")
    pieces = [
        said[at : at + size].encode()
        for said in (tickets[5].title, tickets[5].question, tickets[5].agent_text)
        for size in (2, 3)  # what BM25 and Chroma's full-text index keep
        for at in range(len(said) - size + 1)
        if said[at : at + size] not in others
    ]
    assert len(pieces) > 10 and {"chroma.sqlite3", "lexical.npz", "tickets.jsonl"} <= set(holds(index, *pieces))
    assert holds(index, *traces) == ["chroma.sqlite3"] and near(index, before["t6.s1"])

    embeddings = Dense("dense")
    manifest = without(index, search_fakes, tickets[1:], {"t6"}, embeddings)
    assert embeddings.embedded == []
    assert left(index) == {manifest.id} and "t6" not in manifest.contents
    assert holds(index, *pieces, *traces) == []
    assert not near(index, before["t6.s1"]) and not near(index, before["t6#1"]) and near(index, before["t2.s1"])
    assert disk.count_chroma(index / "builds" / manifest.id / "chroma") == manifest.counts["passages"] == 7
    after = vectors(index, embeddings, list(before))
    assert after.keys() == {"t2#1", "t2.s1"}
    assert all(np.allclose(after[key], before[key], atol=1e-6) for key in after)


def test_a_plain_removal_may_leave_the_vector_but_forgetting_it_later_takes_it(index: Path, search_fakes: Any) -> None:
    tickets = search_fakes.TICKETS
    search_fakes.publish_all(index, tickets[:5], search_fakes.HashEmbeddings())  # t6 is left out, not forgotten
    folder = index / "builds" / str(current_id(index)) / "chroma"
    assert disk.count_chroma(folder) == 11
    assert {"t6"} & frozenset().union(*held(index).values())
    manifest = without(index, search_fakes, tickets, {"t6"})
    assert left(index) == {manifest.id}
    assert disk.count_chroma(index / "builds" / manifest.id / "chroma") == 9


def test_a_list_of_tickets_that_are_not_there_costs_nothing(index: Path, search_fakes: Any) -> None:
    before = current_id(index)
    assert without(index, search_fakes, search_fakes.TICKETS, {"t77"}).id == before
    search_fakes.publish_all(index, search_fakes.TICKETS[:5], search_fakes.HashEmbeddings())
    without(index, search_fakes, search_fakes.TICKETS[:4], {"t77"})
    assert len(left(index)) == 2


def test_the_last_ticket_can_be_forgotten(index: Path, search_fakes: Any) -> None:
    manifest = without(index, search_fakes, search_fakes.TICKETS, {one.id for one in search_fakes.TICKETS})
    assert (left(index), manifest.counts) == ({manifest.id}, {"tickets": 0, "statements": 0, "passages": 0})
    build = open_build(index, search_fakes.HashEmbeddings())
    assert TicketRetriever(build).search("托盘租金") == []
    build.close()
    search_fakes.publish_all(index, search_fakes.TICKETS, search_fakes.HashEmbeddings())
    assert len(vectors(index, search_fakes.HashEmbeddings(), ["t1.s1"])) == 1


def test_what_cannot_be_removed_is_said(index: Path, search_fakes: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, *_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(disk.shutil, "rmtree", refuse)
        with pytest.raises(BuildError, match=r"index is in use, but .* could not be removed: Permission denied"):
            without(index, search_fakes, search_fakes.TICKETS, {"t3"})
    assert "t3" not in held(index)[str(current_id(index))]
    manifest = without(index, search_fakes, search_fakes.TICKETS, {"t3"})  # tried again
    assert left(index) == {manifest.id}


def test_a_build_is_laid_down_anew_before_it_carries_too_much(index: Path, search_fakes: Any) -> None:
    def dead() -> int:
        build = index / "builds" / str(current_id(index))
        return disk.count_chroma(build / "chroma") - 11

    seen = []
    for turn in range(6):
        first = replace(search_fakes.TICKETS[0], title=f"第{turn}次改")
        search_fakes.publish_all(index, [first, *search_fakes.TICKETS[1:]], search_fakes.HashEmbeddings())
        seen.append(dead())
    assert seen == [2, 0, 2, 0, 2, 0]


def test_equal_texts_are_embedded_once(tmp_path: Path, search_fakes: Any) -> None:
    tickets = [search_fakes.ticket(number, "同一个标题", "同一个问题", "同一个回答在此") for number in range(1, 401)]
    embeddings = search_fakes.HashEmbeddings()
    told: list[tuple[int, int]] = []
    manifest = search_fakes.publish_all(tmp_path, tickets, embeddings, lambda *done: told.append(done))
    assert (len(embeddings.embedded), manifest.counts["passages"], told) == (2, 800, [(800, 800)])
    assert len(vectors(tmp_path, search_fakes.HashEmbeddings(), ["t1#1", "t400.s1"])) == 2


@pytest.mark.parametrize("tickets", [6, 7])
def test_another_model_under_the_same_name_is_one_clear_sentence(index: Path, search_fakes: Any, tickets: int) -> None:
    before, other = current_id(index), search_fakes.HashEmbeddings("hash-64", 32)
    more = [*search_fakes.TICKETS, search_fakes.ticket(7, "新", "新问题", "新回答")]
    with pytest.raises(BuildError, match=r"vector of 32 numbers, the index has 64: .*Delete the file `current`"):
        search_fakes.publish_all(index, more, other)
    assert (current_id(index), left(index)) == (before, {before})
    build = open_build(index, other)
    with pytest.raises(BuildError, match=r"vectors of 32 numbers, the index has others: .*Delete the file `current`"):
        TicketRetriever(build).search("托盘")
    build.close()
    (index / "current").unlink()
    assert search_fakes.publish_all(index, more[:tickets], other).dims == 32


def test_a_model_that_changes_its_mind_is_refused(tmp_path: Path, search_fakes: Any) -> None:
    class Fickle(search_fakes.HashEmbeddings):  # type: ignore[misc,name-defined]
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return [row[: 64 - at] for at, row in enumerate(super().embed_documents(texts))]

    with pytest.raises(BuildError, match="vector of 63 numbers"):
        search_fakes.publish_all(tmp_path, search_fakes.TICKETS, Fickle())
    assert left(tmp_path) == set()


def test_an_interrupt_right_after_the_pointer_moved_leaves_what_it_names(
    index: Path, search_fakes: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(pointer: Path, build_id: str) -> None:
        disk.point(pointer, build_id)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(builds, "point", interrupted)
        with pytest.raises(KeyboardInterrupt):
            search_fakes.publish_all(index, search_fakes.TICKETS[:3], search_fakes.HashEmbeddings())
    build = open_build(index, search_fakes.HashEmbeddings())
    assert len(build.tickets) == 3
    build.close()


def test_a_build_that_was_killed_before_it_counted_goes_with_the_next(index: Path, search_fakes: Any) -> None:
    search_fakes.publish_all(index, search_fakes.TICKETS[:5], search_fakes.HashEmbeddings())
    kept, current = sorted(left(index)), str(current_id(index))
    (index / "builds" / current).rename(index / "builds" / "99990101T000000000000Z")
    disk.copy_chroma(index / "builds" / kept[0] / "chroma", index / "builds" / ".unfinished-x")
    (index / "current").write_text(kept[0])
    assert search_fakes.publish_all(index, search_fakes.TICKETS, search_fakes.HashEmbeddings()).id == kept[0]
    assert left(index) == {kept[0]}


def test_the_folders_of_the_tickets_are_remembered(index: Path, search_fakes: Any) -> None:
    rows: dict[str, tuple[Passage, ...]] = {one.id: search_fakes.passages(one) for one in search_fakes.TICKETS}
    said = {one.id: search_fakes.statements(one) for one in search_fakes.TICKETS}
    made = [
        publish(index, search_fakes.TICKETS, said, rows, search_fakes.HashEmbeddings(), {}, folders=folders)
        for folders in (["../a"], ["../a"], ["../b"])
    ]
    assert made[0] == made[1] and made[2].folders == ["../b"]
