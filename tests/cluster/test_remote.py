"""Builds in a Chroma server: the same for every host, whole or not there, and what holds while it is gone."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.errors import BuildError
from bot.search import remote as remotes
from bot.search.connection import Connection, Gone
from bot.search.opening import current_id, open_build
from bot.search.remote import _STALE, Remote
from bot.search.retriever import TicketRetriever

pytestmark = [pytest.mark.slow, pytest.mark.cluster]

QUESTIONS = ["冷库温度", "托盘租金多少", "E1042", "预约入库要几天", "丢件", "完全无关的卫星"]
Publish = Callable[..., str]


@pytest.fixture
def publish(tmp_path: Path, remote: Remote, search_fakes: Any) -> Publish:
    """Builds of so many tickets on a host of that name; its id."""

    def make(count: int = 6, host: str = "one", **more: Any) -> str:
        tickets, given = search_fakes.TICKETS[:count], {"remote": remote, **more}
        return str(search_fakes.publish_all(tmp_path / host, tickets, search_fakes.HashEmbeddings(), **given).id)

    return make


def found(index: Path, fakes: Any, remote: Remote | None) -> list[list[tuple[str, float]]]:
    build = open_build(index, fakes.HashEmbeddings(), remote)
    retriever = TicketRetriever(build)
    hits = [[(hit.ticket, round(hit.score, 2)) for hit in retriever.search(question)] for question in QUESTIONS]
    build.close()
    return hits


def test_another_host_finds_what_an_index_in_a_folder_finds(
    publish: Publish, remote: Remote, tmp_path: Path, search_fakes: Any
) -> None:
    build = publish()
    assert remote.current() == build == remote.pull(tmp_path / "two")
    search_fakes.publish_all(tmp_path / "local", search_fakes.TICKETS, search_fakes.HashEmbeddings())
    expected = found(tmp_path / "local", search_fakes, None)
    assert found(tmp_path / "one", search_fakes, remote) == found(tmp_path / "two", search_fakes, remote) == expected


def test_the_next_build_takes_over_vectors_and_two_are_kept(
    publish: Publish, remote: Remote, tmp_path: Path, search_fakes: Any
) -> None:
    first, second = publish(6), publish(4, "two")
    embeddings = search_fakes.HashEmbeddings()
    third = search_fakes.publish_all(tmp_path / "one", search_fakes.TICKETS[:5], embeddings, remote=remote).id
    assert embeddings.embedded == ["配置进度\nx"]  # the fifth ticket's, which the second build had not
    assert set(remote.held()) == {second, third} and first not in remote.held()
    assert {path.name for path in (tmp_path / "one" / "builds").iterdir()} <= {second, third}
    assert publish(5, "two") == third  # nothing changed: no new build


def test_a_builder_that_fails_leaves_the_server_as_it_was(
    publish: Publish, remote: Remote, tmp_path: Path, search_fakes: Any
) -> None:
    before = publish()

    def full(folder: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(BuildError, match="No space left"):
        publish(3, beside=full)
    assert remote.current() == before and set(remote.held()) == {before}
    with remote._server.asking():
        assert sorted(remote._server.names()) == sorted(["desk", f"files-{before}", f"vectors-{before}"])


def test_what_a_killed_builder_left_goes_with_the_next_build(publish: Publish, remote: Remote) -> None:
    before = publish()
    remote.fresh("20200101T000000000000Z")
    after = publish(5)
    with remote._server.asking():
        names = remote._server.names()
    assert sorted(names) == sorted(
        ["desk", *(f"{kind}-{id}" for kind in ("files", "vectors") for id in (before, after))]
    )


def test_two_hosts_do_not_build_at_once(publish: Publish, remote: Remote) -> None:
    publish()
    with remote.alone(), pytest.raises(BuildError, match="Another build"):
        publish(3, "two")
    with remote._server.asking():
        remote._server.tell("building", {"holder": "dead", "at": remote._server.clock() - _STALE - 1})
    assert publish(3, "two") == remote.current()


def test_a_builder_at_work_gives_signs_of_life(remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remotes, "_STALE", 2)

    def sign() -> float:
        with remote._server.asking():
            return float(remote._server.told("building")["at"])

    with remote.alone():
        first, deadline = sign(), time.monotonic() + 30
        while sign() == first:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_hosts_that_start_together_make_the_first_build_once(publish: Publish, remote: Remote) -> None:
    made: list[str] = []
    hosts = [threading.Thread(target=lambda host=host: made.append(publish(6, host))) for host in ("one", "two")]
    for host in hosts:
        host.start()
    for host in hosts:
        host.join(60)
    assert len(made) == 2 and len(set(made)) == len(remote.held()) == 1


def test_a_builder_whose_place_was_taken_does_not_publish(publish: Publish, remote: Remote, tmp_path: Path) -> None:
    before = publish()

    def overtaken(folder: Path) -> None:
        with remote._server.asking():
            remote._server.tell("building", {"holder": "somebody", "at": 0})

    with pytest.raises(BuildError, match="given up"):
        publish(3, beside=overtaken)
    assert remote.current() == before


def test_a_forgotten_ticket_leaves_the_server(publish: Publish, remote: Remote, tmp_path: Path) -> None:
    publish(6)
    publish(5)
    last = publish(5, "two", forgotten={"t6"})
    assert remote.held() == {last: frozenset({"t1", "t2", "t3", "t4", "t5"})}


def test_a_forgotten_ticket_leaves_the_other_hosts_as_well(publish: Publish, remote: Remote, tmp_path: Path) -> None:
    publish(6)
    remote.pull(tmp_path / "two")
    last = publish(5, forgotten={"t6"})
    for _ in range(2):  # as a host that follows does
        remote.pull(tmp_path / "two", check=False)
    assert [path.name for path in (tmp_path / "two" / "builds").iterdir()] == [last]


def test_a_build_that_left_the_server_leaves_a_host_that_came_before_it_did(
    publish: Publish, remote: Remote, tmp_path: Path
) -> None:
    first = publish(6)
    remote.pull(tmp_path / "two")
    second = publish(5)
    remote.pull(tmp_path / "two")
    assert {path.name for path in (tmp_path / "two" / "builds").iterdir()} == {first, second}
    remote.keep({second})
    remote.pull(tmp_path / "two", check=False)
    assert {path.name for path in (tmp_path / "two" / "builds").iterdir()} == {second}


def test_who_forgets_elsewhere_writes_to_the_list_that_the_next_ingest_reads(server: Any, tmp_path: Path) -> None:
    from bot import keeping
    from bot.settings import Settings

    knowledge = tmp_path / "knowledge"
    knowledge.mkdir()
    rows = [{"id": id, "title": f"托盘{id}", "answer": f"托盘{id}的租金每月三元。"} for id in ("p1", "p2")]
    (knowledge / "a.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")

    def host(index: Path) -> Settings:
        given = {"chroma_url": server.url, "knowledge_dir": knowledge, "heads_embedding": "none"}
        return Settings(_env_file=None, index_dir=index, **given)  # type: ignore[call-arg]

    keeping.ingest(host(tmp_path / "one" / "index"), [knowledge])
    keeping.forget(host(tmp_path / "some" / "other" / "place"), ["p2"])
    assert keeping.ingest(host(tmp_path / "one" / "index"), [knowledge])["tickets"] == 1


def test_a_server_that_was_restored_from_an_older_copy_is_followed(
    publish: Publish, remote: Remote, tmp_path: Path
) -> None:
    first, second = publish(6), publish(5)
    assert remote.pull(tmp_path / "two") == second
    with remote._server.asking():
        remote._server.tell("desk", {"current": first})
        for kind in ("files", "vectors"):
            remote._server.delete(f"{kind}-{second}")
    assert remote.pull(tmp_path / "two", check=False) == current_id(tmp_path / "two") == first
    third = publish(4)
    assert third > second and remote.pull(tmp_path / "two") == third


def test_what_others_keep_on_the_server_is_left_alone(publish: Publish, remote: Remote) -> None:
    with remote._server.asking():
        for name in ("files-contracts", "vectors-of-somebody"):
            assert remote._server.make(name)
    publish(6)
    publish(5)
    with remote._server.asking():
        assert {"files-contracts", "vectors-of-somebody"} <= set(remote._server.names())


def test_two_desks_on_one_server_know_nothing_of_each_other(
    server: Any, publish: Publish, remote: Remote, tmp_path: Path, search_fakes: Any
) -> None:
    other = Remote(Connection(server.url, patience=10, database="other-desk"))
    assert other.current() is None
    first = publish(3)
    second = search_fakes.publish_all(
        tmp_path / "other", search_fakes.TICKETS[:5], search_fakes.HashEmbeddings(), remote=other
    ).id
    assert (remote.current(), other.current()) == (first, second)
    assert (set(remote.held()), set(other.held())) == ({first}, {second})
    again = Remote(Connection(server.url, patience=10, database="other-desk"))
    assert again.pull(tmp_path / "two") == second


def test_who_finds_a_dead_builder_late_takes_nobodys_place(remote: Remote) -> None:
    server = remote._server
    with server.asking():
        server.tell("building", {"holder": "dead", "at": server.clock() - _STALE - 1})
        found = server.there("building")
        assert remote._begun("one")
        server.remove(found)  # what a second host would do that had looked at the same moment
        assert server.told("building")["holder"] == "one" and not remote._begun("two")


def test_a_copy_that_was_damaged_is_fetched_anew(
    publish: Publish, remote: Remote, tmp_path: Path, search_fakes: Any
) -> None:
    build = publish()
    remote.pull(tmp_path / "two")
    (tmp_path / "two" / "builds" / build / "tickets.jsonl").write_text("{}")
    assert remote.pull(tmp_path / "two") == build
    assert open_build(tmp_path / "two", search_fakes.HashEmbeddings(), remote).id == build


@pytest.mark.parametrize("lost", ["tickets.jsonl", "manifest.json", "all files", "which is current"])
def test_what_is_damaged_on_the_server_is_mended_by_an_ingest(
    publish: Publish, remote: Remote, tmp_path: Path, lost: str
) -> None:
    before = publish()
    with remote._server.asking():
        if lost == "all files":
            remote._server.delete(f"files-{before}")
        elif lost == "which is current":
            remote._server.delete("desk")
        else:
            files = remote._server.find(f"files-{before}")
            files.update(ids=[f"{lost}:0"], metadatas=[{"n": 0, "data": "e30="}])
    after = publish(6, "two")
    assert remote.pull(tmp_path / "three") == after != before


@pytest.mark.parametrize("name", ["tickets.jsonl", "manifest.json"])
def test_files_that_are_not_whole_are_not_taken(publish: Publish, remote: Remote, tmp_path: Path, name: str) -> None:
    build = publish()
    with remote._server.asking():
        files = remote._server.find(f"files-{build}")
        files.update(ids=[f"{name}:0"], metadatas=[{"n": 0, "data": "e30="}])
    with pytest.raises(BuildError, match="damaged"):
        remote.pull(tmp_path / "two")
    assert current_id(tmp_path / "two") is None and not list((tmp_path / "two" / "builds").iterdir())


def test_vectors_that_are_not_all_there_are_told(
    publish: Publish, remote: Remote, tmp_path: Path, search_fakes: Any
) -> None:
    build = publish()
    remote.store(build).delete(["t1"])
    with pytest.raises(BuildError, match="damaged"):
        open_build(tmp_path / "one", search_fakes.HashEmbeddings(), remote)
    assert publish() != build  # and made anew


def test_a_host_goes_on_from_its_copy_while_the_server_is_gone(
    server: Any,
    publish: Publish,
    remote: Remote,
    tmp_path: Path,
    search_fakes: Any,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publish()
    build = open_build(tmp_path / "one", search_fakes.HashEmbeddings(), remote)
    before = found(tmp_path / "one", search_fakes, remote)
    ids = ["t1#1", "t2.s1", "nobody"]
    there = build.store.vectors(ids)
    server.kill()
    try:
        with caplog.at_level(logging.WARNING):
            instead = build.store.vectors(ids)
            assert instead.keys() == there.keys()
            for id_, vector in instead.items():
                np.testing.assert_allclose(vector, there[id_], atol=2e-3)
            build.store.query(there["t1#1"], 3)
        assert [record.name for record in caplog.records] == ["bot.search.served"]  # told once
        assert found(tmp_path / "one", search_fakes, remote) == before
        with pytest.raises(Gone, match="CHROMA_URL"):
            remote.pull(tmp_path / "two")
    finally:
        server.start()
    monkeypatch.setattr(build.store, "_until", 1e-9)  # the rest is over
    with caplog.at_level(logging.WARNING):
        assert build.store.vectors(ids).keys() == there.keys()
    assert "answers again" in caplog.records[-1].message


def test_a_host_goes_on_from_its_copy_where_the_server_lost_the_index_but_not_where_a_newer_one_is_there(
    publish: Publish, remote: Remote, tmp_path: Path, search_fakes: Any
) -> None:
    publish()
    asked = np.ones(64, np.float32)
    build = open_build(tmp_path / "one", search_fakes.HashEmbeddings(), remote)
    before = [match.id for match in build.store.query(asked, 3)]
    with remote._server.asking():
        for name in remote._server.names():
            remote._server.delete(name)
    assert [match.id for match in build.store.query(asked, 3)] == before
    publish(5, "two")
    again = remote.store(build.id, tmp_path / "one" / "builds" / build.id)
    with pytest.raises(BuildError, match="other builds"):  # this one may hold what was forgotten
        again.query(asked, 3)


def test_a_server_that_hangs_is_given_up(server: Any, publish: Publish, tmp_path: Path, search_fakes: Any) -> None:
    publish()
    hasty = Remote(Connection(server.url, patience=0.3))
    build = open_build(tmp_path / "one", search_fakes.HashEmbeddings(), hasty)
    server.freeze()
    try:
        assert len(build.store.query(np.ones(64, np.float32), 3)) == 3
        with pytest.raises(Gone, match="Timeout"):
            hasty.current()
        with pytest.raises(Gone, match="Timeout"):
            Remote(Connection(server.url, patience=0.3)).current()
    finally:
        server.thaw()


class _Liar(BaseHTTPRequestHandler):
    """Says yes to all, and nothing that is true."""

    def _say(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(
            json.dumps({"tenant": 1, "metadata": [], "nanosecond heartbeat": "soon", "ids": [["t1#1"]]}).encode()
        )

    do_GET = do_POST = _say

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def liar() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Liar)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_server_that_lies_is_not_believed(
    liar: str, publish: Publish, remote: Remote, tmp_path: Path, search_fakes: Any
) -> None:
    publish()
    before = found(tmp_path / "one", search_fakes, remote)
    assert found(tmp_path / "one", search_fakes, Remote(Connection(liar))) == before


def test_a_server_that_is_no_chroma_server_is_told_so(liar: str, tmp_path: Path) -> None:
    for ask in (lambda: Remote(Connection(liar)).current(), lambda: Remote(Connection(liar)).pull(tmp_path)):
        with pytest.raises(BuildError, match="CHROMA_URL"):
            ask()
