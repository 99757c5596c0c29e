"""Passages and vectors in Chroma."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from chromadb.errors import InternalError

from bot.errors import BuildError
from bot.search.store import Store


@pytest.fixture
def store(tmp_path: Path, search_fakes: Any) -> Iterator[Store]:
    opened = Store(tmp_path)
    rows = [row for ticket in search_fakes.TICKETS for row in search_fakes.passages(ticket)]
    vectors = np.array(search_fakes.HashEmbeddings().embed_documents([row.text for row in rows]), np.float32)
    opened.add(rows, vectors)
    yield opened
    opened.close()


def vector(search_fakes: Any, text: str) -> Any:
    return np.array(search_fakes.HashEmbeddings().embed_query(text), np.float32)


def test_the_nearest_come_first_and_all_when_more_are_asked(store: Store, search_fakes: Any) -> None:
    found = store.query(vector(search_fakes, "托盘按月计租"), 100)
    assert len(found) == store.count() == 11
    assert (found[0].id, len({match.id for match in found})) == ("t2.s1", 11)
    assert [match.similarity for match in found] == sorted((m.similarity for m in found), reverse=True)


def test_vectors_are_kept_and_deleted_by_ticket(store: Store) -> None:
    assert store.vectors(["t2.s1", "none"]).keys() == {"t2.s1"}
    assert store.vectors([]) == {}
    store.delete(["t2", "none"])
    assert store.vectors(["t2.s1", "t2#1"]) == {}
    assert store.count() == 9


def test_it_can_be_closed_and_opened_again(tmp_path: Path) -> None:
    for _ in range(2):
        store = Store(tmp_path)
        assert store.query(np.ones(8, np.float32), 3) == []
        store.close()
        store.close()


def test_a_folder_that_went_away_is_told_in_a_sentence(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Chroma raises when another connection is opened to a database that was removed."""

    def gone(**_: Any) -> None:
        raise InternalError("Failed to get segments")

    monkeypatch.setattr(store._collection, "get", gone)
    monkeypatch.setattr(store._collection, "query", gone)
    with pytest.raises(BuildError, match=r"cannot be read \(Failed to get segments\)"):
        store.vectors(["t2.s1"])
    with pytest.raises(BuildError, match="cannot be read"):
        store.query(np.ones(8, np.float32), 3)
