"""A disk that is full at each stage of a build, files left by a killed process, and two builds at once."""

from __future__ import annotations

import errno
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chromadb.errors import InternalError

from bot.errors import BuildError
from bot.search import build as builds
from bot.search import disk, filling
from bot.search.disk import DATABASE, sound_chroma
from bot.search.lexical import Lexical
from bot.search.manifest import Manifest
from bot.search.opening import current_id, open_build
from bot.search.retriever import TicketRetriever
from bot.search.store import Store

FULL = OSError(errno.ENOSPC, "No space left on device")
SAID = r"^The index could not be written to \S+: {}\. The index in use was left as it was\.$"


def whole(index: Path, fakes: Any, before: str | None, tickets: int = 6) -> None:
    """The running index answers, and nothing else is there."""
    assert current_id(index) == before
    assert [path.name for path in (index / "builds").iterdir()] == [before]
    assert sorted(path.name for path in index.iterdir()) == ["builds", "current", "lock"]
    build = open_build(index, fakes.HashEmbeddings())
    assert len(build.tickets) == tickets
    assert TicketRetriever(build).search("托盘租金")[0].ticket == "t2"
    build.close()


STAGES = [
    (Path, "mkdir"),
    (filling, "copy_chroma"),
    (Store, "delete"),
    (Store, "add"),
    (filling, "vacuum_chroma"),
    (builds, "write_cases"),
    (Lexical, "save"),
    (builds, "checksums"),
    (Manifest, "write"),
    (builds, "flush"),
    (Path, "rename"),
    (Path, "replace"),
]
FAILURES = [
    *((owner, name, FULL, "No space left on device") for owner, name in STAGES),
    (
        filling,
        "vacuum_chroma",
        sqlite3.OperationalError("database or disk is full"),
        "database or disk is full",
    ),
    (Store, "add", InternalError("Query error: (code: 13) disk full"), r"Query error: \(code: 13\) disk full"),
    (filling, "copy_chroma", shutil.Error([("a", "b", f"{FULL}: 'b'")]), r"\[Errno 28\] No space left on device: 'b'"),
]


@pytest.mark.parametrize(("owner", "name", "error", "said"), FAILURES)
def test_a_full_disk_at_any_stage_leaves_the_index_as_it_was(
    index: Path,
    search_fakes: Any,
    monkeypatch: pytest.MonkeyPatch,
    owner: Any,
    name: str,
    error: Exception,
    said: str,
) -> None:
    before = current_id(index)

    def fail(*_: Any, **__: Any) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, fail)
        with pytest.raises(BuildError, match=SAID.format(said)):
            changed = replace(search_fakes.TICKETS[0], title="改")
            search_fakes.publish_all(index, [changed, *search_fakes.TICKETS[1:]], search_fakes.HashEmbeddings())
    whole(index, search_fakes, before)


LIMITED = """
import resource, sys
from pathlib import Path
sys.path[:0] = [{root!r}, {here!r}]
import fakes
from bot.errors import BuildError
more = [*fakes.TICKETS, *(fakes.ticket(n, f"新{{n}}", f"新问题{{n}}", "新回答" * 50) for n in range(8, 60))]
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
for limit in (0, 1, 1000, 10_000, 20_000, 50_000, 100_000, 200_000, 300_000, 400_000):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        said = "built " + fakes.publish_all(Path({index!r}), more, fakes.HashEmbeddings()).id
    except BuildError as error:
        said = str(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    print(said, flush=True)
"""


def run(code: str, index: Path) -> subprocess.CompletedProcess[str]:
    here = Path(__file__).parent
    code = code.format(root=str(here.parents[2]), here=str(here), index=str(index))
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_writes_that_really_fail_leave_the_index_as_it_was(index: Path, search_fakes: Any) -> None:
    """No file may grow past a limit, lower or higher, so that each build fails at another write."""
    before = current_id(index)
    done = run(LIMITED, index)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 10
    assert all(line.endswith("The index in use was left as it was.") for line in lines), lines
    assert all(line.startswith("The index could not be written to ") for line in lines), lines
    whole(index, search_fakes, before)


HALF_WRITTEN = """
import os, sqlite3, sys
database = sqlite3.connect({index!r}, isolation_level=None)
database.execute("PRAGMA cache_size = 1")
database.execute("BEGIN IMMEDIATE")
database.execute("CREATE TABLE x (y)")
database.executemany("INSERT INTO x VALUES (?)", [("z" * 4000,)] * 200)
os._exit(9)
"""


def test_an_index_whose_app_was_killed_while_it_opened_it_is_no_damaged_one(index: Path, search_fakes: Any) -> None:
    folder = index / "builds" / str(current_id(index)) / "chroma"
    assert run(HALF_WRITTEN, folder / DATABASE).returncode == 9
    assert (folder / f"{DATABASE}-journal").stat().st_size
    assert sound_chroma(folder)
    whole(index, search_fakes, current_id(index))


def test_a_store_that_could_not_be_opened_once_can_be_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from chromadb.api.rust import RustBindingsAPI

    def fail(*_: Any) -> None:
        raise InternalError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(RustBindingsAPI, "start", fail)
        with pytest.raises(InternalError):
            Store(tmp_path)
    store = Store(tmp_path)
    assert store.count() == 0
    store.close()


SLOW = """
import sys, time
from pathlib import Path
sys.path[:0] = [{root!r}, {here!r}]
import fakes
from bot.errors import BuildError
class Slow(fakes.HashEmbeddings):
    def _run(self, model, texts, query):
        print("embedding", flush=True)
        sys.stdin.readline()
        return super()._run(model, texts, query)
try:
    print(fakes.publish_all(Path({index!r}), fakes.TICKETS[:5] + [fakes.ticket(9, "新", "新问题", "新答")], Slow()).id)
except BuildError as error:
    sys.exit(str(error))
"""


@pytest.mark.slow
def test_of_two_builds_at_once_one_goes_on_and_one_is_told_so(index: Path, search_fakes: Any) -> None:
    here = Path(__file__).parent
    before = str(current_id(index))
    code = SLOW.format(root=str(here.parents[2]), here=str(here), index=str(index))
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout and first.stdin and first.stdout.readline() == "embedding\n"
        second = run(SLOW, index)
        assert second.returncode == 1
        assert second.stderr == (
            f"Another build of the index in {index} is running. Wait until it has ended, then try again.\n"
        )
        first.stdin.close()
        told = first.stdout.read().split()
        assert first.wait() == 0
    assert current_id(index) == told[-1]
    assert {path.name for path in (index / "builds").iterdir()} == {before, told[-1]}
    build = open_build(index, search_fakes.HashEmbeddings())
    assert "t9" in build.tickets
    build.close()


def test_what_is_kept_is_kept(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / name).mkdir()
    disk.keep(tmp_path, {"b", None})
    assert [path.name for path in tmp_path.iterdir()] == ["b"]
