"""Index builds: whole, incremental, killed, crowded, damaged."""

from __future__ import annotations

import errno
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.errors import BuildError
from bot.search import build as builds
from bot.search.disk import lock
from bot.search.lexical import Lexical
from bot.search.opening import current_id, open_build
from bot.search.retriever import TicketRetriever
from bot.search.store import Store

QUESTIONS = ["冷库温度", "托盘租金多少", "E1042", "预约入库要几天", "丢件", "完全无关的卫星"]


def contents(index: Path, fakes: Any) -> tuple[Any, ...]:
    """All that a build holds and finds, without its name and time."""
    build = open_build(index, fakes.HashEmbeddings())
    ids = [row.id for ticket in build.tickets.values() for row in fakes.passages(ticket)]
    vectors = {key: np.round(value, 4).tolist() for key, value in build.store.vectors(ids).items()}
    found = [[hit.ticket for hit in TicketRetriever(build).search(question)] for question in QUESTIONS]
    holds = (build.tickets, build.statements, build.manifest.counts, build.manifest.passages, vectors, found)
    build.close()
    return holds


def left(index: Path) -> set[str]:
    """The builds on disk; nothing unfinished may be among them."""
    return {path.name for path in (index / "builds").iterdir()}


def test_a_build_holds_what_was_published(index: Path, search_fakes: Any) -> None:
    build = open_build(index, search_fakes.HashEmbeddings())
    assert list(build.tickets.values()) == search_fakes.TICKETS
    assert build.statements["t2"] == search_fakes.statements(search_fakes.TICKETS[1])
    assert build.statements["t5"] == ()
    assert build.store.count() == 11
    manifest = build.manifest
    assert (manifest.embedding, manifest.dims, manifest.report) == ("hash-64", 64, {"files": 1})
    assert manifest.counts == {"tickets": 6, "statements": 5, "passages": 11}
    assert build.id == manifest.id == current_id(index)
    build.close()


def test_unchanged_input_makes_no_new_build(index: Path, search_fakes: Any) -> None:
    before = current_id(index)
    embeddings = search_fakes.HashEmbeddings()
    assert search_fakes.publish_all(index, search_fakes.TICKETS, embeddings).id == before
    assert embeddings.embedded == []
    assert left(index) == {before}


def test_an_incremental_build_equals_a_full_one(index: Path, tmp_path: Path, search_fakes: Any) -> None:
    _, second, *rest = search_fakes.TICKETS
    changed = replace(second, title="托盘押金", question="押金多少")
    added = search_fakes.ticket(7, "夜间提货", "夜里能提货吗", "夜间提货须提前两小时电话预约。")
    tickets = [added, *rest, changed]  # one removed, one changed, one added, another order
    embeddings = search_fakes.HashEmbeddings()
    told: list[tuple[int, int]] = []
    search_fakes.publish_all(index, tickets, embeddings, lambda *done: told.append(done))
    assert len(embeddings.embedded) == 4  # two passages of each of the two tickets, no others
    assert told[-1] == (4, 4)
    search_fakes.publish_all(tmp_path / "full", tickets, search_fakes.HashEmbeddings())
    assert contents(index, search_fakes) == contents(tmp_path / "full", search_fakes)


def test_what_only_moved_in_its_file_is_not_embedded_again(index: Path, search_fakes: Any) -> None:
    moved = [replace(one, source=replace(one.source, ordinal=one.source.ordinal + 1)) for one in search_fakes.TICKETS]
    embeddings = search_fakes.HashEmbeddings()
    search_fakes.publish_all(index, moved, embeddings)
    assert embeddings.embedded == []
    assert contents(index, search_fakes)[0]["t1"].source.ordinal == 2


def test_the_text_of_a_removed_ticket_is_gone_from_disk(index: Path, search_fakes: Any) -> None:
    removed, *kept = search_fakes.TICKETS
    others = "".join(one.text for one in kept)
    words = {removed.agent_text[at : at + 3] for at in range(len(removed.agent_text) - 2)}
    secrets = [removed.agent_text.encode(), *(word.encode() for word in words if word not in others)]

    def found(folder: Path) -> bool:
        texts = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
        return any(secret in text for secret in secrets for text in texts)

    assert found(index / "builds" / str(current_id(index)))
    manifest = search_fakes.publish_all(index, kept, search_fakes.HashEmbeddings())
    assert not found(index / "builds" / manifest.id)
    # A text that was the last to be added is in Chroma's queue as well.
    last = search_fakes.publish_all(index, kept[:-1], search_fakes.HashEmbeddings())
    assert "申报价值".encode() not in (index / "builds" / last.id / "chroma" / "chroma.sqlite3").read_bytes()


def test_the_current_build_and_the_one_before_are_kept(index: Path, search_fakes: Any) -> None:
    made = [current_id(index)]
    for count in (5, 4, 3):
        made.append(search_fakes.publish_all(index, search_fakes.TICKETS[:count], search_fakes.HashEmbeddings()).id)
    assert left(index) == set(made[-2:])
    assert current_id(index) == made[-1]


def test_an_open_build_lives_on_while_the_next_is_made(index: Path, search_fakes: Any) -> None:
    build = open_build(index, search_fakes.HashEmbeddings())
    search_fakes.publish_all(index, search_fakes.TICKETS[:3], search_fakes.HashEmbeddings())
    assert len(TicketRetriever(build).search("托盘")) == 6
    assert build.id != current_id(index)
    build.close()


@pytest.mark.parametrize("where", [(Store, "add"), (Lexical, "save"), (builds, "point"), (builds, "flush")])
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_a_build_that_ends_early_leaves_the_index_as_it_was(
    index: Path,
    search_fakes: Any,
    monkeypatch: pytest.MonkeyPatch,
    where: tuple[Any, str],
    error: BaseException,
) -> None:
    before, held = current_id(index), contents(index, search_fakes)
    more = [*search_fakes.TICKETS, search_fakes.ticket(8, "新", "新问题", "新回答")]

    def fail(*_: Any, **__: Any) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(*where, fail)
        expected = BuildError if isinstance(error, OSError) else KeyboardInterrupt
        with pytest.raises(expected, match="No space left on device" if isinstance(error, OSError) else None):
            search_fakes.publish_all(index, more, search_fakes.HashEmbeddings())
    assert current_id(index) == before
    assert left(index) == {before}
    assert contents(index, search_fakes) == held
    search_fakes.publish_all(index, more, search_fakes.HashEmbeddings())
    assert len(contents(index, search_fakes)[0]) == 7


KILLED = """
import sys, time
from pathlib import Path
sys.path[:0] = [{root!r}, {here!r}]
import fakes
class Slow(fakes.HashEmbeddings):
    def _run(self, model, texts, query):
        print("embedding", flush=True)
        time.sleep(60)
fakes.publish_all(Path({index!r}), fakes.TICKETS + [fakes.ticket(8, "新", "新问题", "新回答")], Slow())
"""


@pytest.mark.slow
def test_a_killed_build_leaves_the_index_as_it_was(index: Path, search_fakes: Any) -> None:
    before, held = current_id(index), contents(index, search_fakes)
    here = Path(__file__).parent
    code = KILLED.format(root=str(here.parents[2]), here=str(here), index=str(index))
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout and running.stdout.readline() == "embedding\n"
        with pytest.raises(BuildError, match="Another build"):
            search_fakes.publish_all(index, search_fakes.TICKETS[:2], search_fakes.HashEmbeddings())
        running.kill()
        assert running.wait() == -signal.SIGKILL
    assert len(left(index)) == 2
    assert current_id(index) == before
    assert contents(index, search_fakes) == held
    manifest = search_fakes.publish_all(index, search_fakes.TICKETS[:3], search_fakes.HashEmbeddings())
    assert left(index) == {before, manifest.id}


def test_two_builds_at_once_are_refused(index: Path, search_fakes: Any) -> None:
    with lock(index), pytest.raises(BuildError, match=r"Another build of the index .* is running"):
        search_fakes.publish_all(index, [], search_fakes.HashEmbeddings())


def test_a_folder_that_cannot_be_written_is_one_clear_sentence(tmp_path: Path, search_fakes: Any) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(BuildError, match=r"could not be written to .*file"):
        search_fakes.publish_all(tmp_path / "file" / "index", search_fakes.TICKETS, search_fakes.HashEmbeddings())


def test_an_index_of_another_embedding_is_not_opened_but_built_anew(index: Path, search_fakes: Any) -> None:
    with pytest.raises(BuildError, match=r"hash-64.*other.*python -m bot ingest"):
        open_build(index, search_fakes.HashEmbeddings("other", 32))
    embeddings = search_fakes.HashEmbeddings("other", 32)
    assert search_fakes.publish_all(index, search_fakes.TICKETS, embeddings).dims == 32
    assert len(embeddings.embedded) == 11
    build = open_build(index, embeddings)
    assert TicketRetriever(build).search("托盘租金")[0].ticket == "t2"
    build.close()


def test_a_missing_index_says_what_to_do(tmp_path: Path, search_fakes: Any) -> None:
    assert current_id(tmp_path / "none") is None
    with pytest.raises(BuildError, match=r"There is no index in .*python -m bot ingest"):
        open_build(tmp_path / "none", search_fakes.HashEmbeddings())


@pytest.mark.parametrize(
    "name",
    ["manifest.json", "tickets.jsonl", "lexical.npz", "chroma/chroma.sqlite3", "chroma/*/data_level0.bin", ""],
)
@pytest.mark.parametrize("harm", ["cut", "gone"])
def test_a_damaged_index_is_refused_and_built_anew(index: Path, search_fakes: Any, name: str, harm: str) -> None:
    folder = index / "builds" / str(current_id(index))
    if not name:
        folder.rename(index / "builds" / "elsewhere")
    for path in folder.glob(name) if name else ():
        if harm == "gone":
            path.unlink()
        else:
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(BuildError, match=r"damaged.*python -m bot ingest"):
        open_build(index, search_fakes.HashEmbeddings())
    embeddings = search_fakes.HashEmbeddings()
    search_fakes.publish_all(index, search_fakes.TICKETS, embeddings)
    assert len(embeddings.embedded) == 11
    assert contents(index, search_fakes)[2]["tickets"] == 6


def test_a_pointer_cannot_lead_out_of_the_folder(index: Path, search_fakes: Any) -> None:
    (index / "current").write_text("../../etc")
    with pytest.raises(BuildError, match="damaged"):
        open_build(index, search_fakes.HashEmbeddings())
