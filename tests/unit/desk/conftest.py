"""A desk over each kind of database: SQLite in a file, and PostgreSQL where a server is installed."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from bot.desk.store import Desk


def _program(name: str) -> str | None:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) if name == "initdb" and not found else str(found[-1]) if found else shutil.which(name)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of its own, on a Unix socket; it refuses to run as root, so another user runs it."""
    initdb, server = _program("initdb"), _program("postgres")
    if initdb is None or server is None:
        pytest.skip("No PostgreSQL server is installed (Debian: apt-get install postgresql).")
    folder = Path("/tmp") / f"pg-{os.getpid()}"  # short: the path of a socket has 107 bytes at most
    folder.mkdir(mode=0o755)
    who: dict[str, object] = {}
    if os.geteuid() == 0:
        user = next(filter(None, (_user(name) for name in ("postgres", "nobody"))))
        os.chown(folder, user.pw_uid, user.pw_gid)
        who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    quiet = {
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
        "cwd": folder,
        "env": {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
    }
    subprocess.run(
        [initdb, "-D", f"{folder}/data", "-U", "desk", "-A", "trust", "-E", "UTF8"], check=True, **quiet, **who
    )  # type: ignore[call-overload]
    flags = ["-D", f"{folder}/data", "-k", str(folder), "-c", "listen_addresses=", "-c", "fsync=off"]
    running = subprocess.Popen([server, *flags], **quiet, **who)  # type: ignore[call-overload]
    url = f"postgresql://desk@/postgres?host={folder}"
    deadline = time.monotonic() + 30
    while not (folder / ".s.PGSQL.5432").exists() and time.monotonic() < deadline and running.poll() is None:
        time.sleep(0.05)
    yield url
    running.terminate()
    running.wait(20)
    shutil.rmtree(folder, ignore_errors=True)


def _user(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "er" / "desk.sqlite3"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{path}"
    address: str = request.getfixturevalue("postgres")
    engine = create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return address


@pytest.fixture
def opened(url: str) -> Iterator[Callable[[], Desk]]:
    """Opens the desk once more, as another process would."""
    desks: list[Desk] = []

    def make() -> Desk:
        desks.append(Desk(url))
        return desks[-1]

    yield make
    for desk in desks:
        desk.close()


@pytest.fixture
def desk(opened: Callable[[], Desk]) -> Desk:
    return opened()
