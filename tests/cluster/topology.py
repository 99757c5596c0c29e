"""The desk on several machines, as processes of this one: a Chroma server, PostgreSQL, two workers, a proxy.

    python tests/cluster/topology.py             starts all of it and tells the address; Ctrl-C ends it
    python tests/cluster/topology.py --missing   the Debian packages that it needs and that are not here

Each part is a process group that can be killed, stopped in its tracks and started again on what it left.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
PROGRAMS = {"haproxy": "haproxy", "postgres": "postgresql"}
"""What must be installed besides the packages of Python, and the Debian package that has it."""


def program(name: str) -> str | None:
    """Where a program is; Debian keeps those of PostgreSQL off the PATH, and of one there initdb may miss its files."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def missing() -> list[str]:
    """The Debian packages of programs that are not here."""
    return [package for name, package in PROGRAMS.items() if program(name) is None]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(done: Callable[[], bool], seconds: float = 60, what: str = "it") -> float:
    """Waits; returns the seconds that it took."""
    began = time.monotonic()
    while not done():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"{what} took more than {seconds:.0f} seconds")
        time.sleep(0.05)
    return time.monotonic() - began


def answers(url: str) -> bool:
    """Whether there is a good reply to a GET."""
    try:
        with urlopen(url, timeout=2) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False


def family(pid: int) -> list[int]:
    """A process and its descendants: those of PostgreSQL leave its process group."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


class Part:
    """One process with its children. `ready` tells whether it serves."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        folder: Path,
        ready: Callable[[], bool],
        env: Mapping[str, str] | None = None,
        user: pwd.struct_passwd | None = None,
        url: str = "",
    ) -> None:
        self.name, self.command, self.ready, self.url = name, list(command), ready, url
        self._log, self._env, self._user = folder / f"{name}.log", dict(env or {}), user
        self._running: subprocess.Popen[bytes] | None = None

    def start(self, wait: bool = True, env: Mapping[str, str] | None = None) -> None:
        who = {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []} if self._user else {}
        with self._log.open("ab") as log:
            self._running = subprocess.Popen(
                self.command,
                cwd="/" if self._user else ROOT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **self._env, **(env or {})},
                stdout=log,
                stderr=log,
                start_new_session=True,
                **who,  # type: ignore[arg-type]
            )
        if wait:
            self.wait()

    def wait(self, seconds: float = 90) -> float:
        """Until it serves; the seconds that took."""

        def done() -> bool:
            if not self.runs:
                raise RuntimeError(f"{self.name} ended: {self.said()[-600:]}")
            return self.ready()

        return until(done, seconds, self.name)

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """Ends it, children included, and waits for that."""
        if self._running is None:
            return
        children = family(self._running.pid)[1:]
        with suppress(ProcessLookupError):
            os.kill(self._running.pid, how)
        self._running.wait(60)
        self._running = None
        for child in children:  # those that outlive it
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)

    def freeze(self) -> None:
        """It keeps its connections and answers nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, how: signal.Signals) -> None:
        for pid in family(self._running.pid) if self._running else ():
            with suppress(ProcessLookupError):
                os.kill(pid, how)

    @property
    def runs(self) -> bool:
        return self._running is not None and self._running.poll() is None

    @property
    def pid(self) -> int:
        """Of the process itself; 0 where it does not run."""
        return self._running.pid if self._running else 0

    def said(self) -> str:
        return self._log.read_text("utf-8", "replace") if self._log.is_file() else ""


def chroma(folder: Path) -> Part:
    """A Chroma server; `url` is its address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--path", str(folder / "chroma")]
    return Part(
        "chroma",
        [*command, "--host", "127.0.0.1", "--port", str(port)],
        folder,
        lambda: answers(f"{url}/api/v2/heartbeat"),
        url=url,
    )


class Cluster:
    """All parts in one folder, and the database in `base`; the workers share nothing but what is meant to be shared.

    `settings` go to both workers.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None, base: Path | None = None) -> None:
        self.folder = folder
        shutil.copytree(ROOT / "knowledge", folder / "knowledge")
        # A socket's path has 107 bytes at most, and PostgreSQL does not run as root.
        self._base = base or Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
        proxy, ports = free_port(), (free_port(), free_port())
        self.url = f"http://127.0.0.1:{proxy}"
        self.database = f"postgresql://desk@/postgres?host={self._base}"
        self.chroma = chroma(folder)
        self.postgres = self._postgres()
        self.settings = {
            "CHROMA_URL": self.chroma.url,
            "DATABASE_URL": self.database,
            "KNOWLEDGE_DIR": str(folder / "knowledge"),
            "PROXIES": "127.0.0.0/8",
            **(settings or {}),
        }
        self.workers = [self._worker(n, port) for n, port in enumerate(ports, 1)]
        self.proxy = Part(
            "proxy",
            [program("haproxy") or "haproxy", "-db", "-f", str(ROOT / "docs" / "haproxy.cfg")],
            folder,
            lambda: answers(f"{self.url}/readyz"),
            {"BIND": f"127.0.0.1:{proxy}", **{f"WORKER{n}": f"127.0.0.1:{port}" for n, port in enumerate(ports, 1)}},
        )
        self.addresses = [f"http://127.0.0.1:{port}" for port in ports]

    def _worker(self, n: int, port: int) -> Part:
        own = {"PORT": str(port), "INDEX_DIR": str(self.folder / f"worker{n}" / "index")}
        ready = f"http://127.0.0.1:{port}/readyz"
        return Part(f"worker{n}", [sys.executable, "app.py"], self.folder, lambda: answers(ready), self.settings | own)

    def _postgres(self) -> Part:
        user = next((entry for entry in pwd.getpwall() if entry.pw_name == "postgres"), None) or pwd.getpwnam("nobody")
        user = user if os.geteuid() == 0 else None
        data = self._base / "data"
        quiet = {"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]}
        if user:
            os.chown(self._base, user.pw_uid, user.pw_gid)
        subprocess.run(
            [program("initdb") or "initdb", "-D", str(data), "-U", "desk", "-A", "trust", "-E", "UTF8"],
            check=True,
            cwd="/",
            env=quiet,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **({"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}),  # type: ignore[call-overload]
        )
        command = [program("postgres") or "postgres", "-D", str(data), "-k", str(self._base), "-c", "listen_addresses="]
        ready = [program("pg_isready") or "pg_isready", "-q", "-h", str(self._base), "-U", "desk", "-d", "postgres"]
        return Part(
            "postgres", command, self.folder, lambda: not subprocess.run(ready, check=False).returncode, quiet, user
        )

    @property
    def parts(self) -> list[Part]:
        return [self.chroma, self.postgres, *self.workers, self.proxy]

    def start(self) -> None:
        for part in self.parts:  # the workers start together, and one of them builds the index
            part.start(wait=part not in (*self.workers, self.proxy))
        for part in self.parts:
            part.wait()

    def stop(self) -> None:
        for part in reversed(self.parts):
            with suppress(subprocess.TimeoutExpired):
                part.kill(signal.SIGINT if part is self.postgres else signal.SIGTERM)
            part.kill()
        shutil.rmtree(self._base, ignore_errors=True)


def main() -> int:
    packages = missing()
    if sys.argv[1:] == ["--missing"]:
        print(" ".join(packages))
        return 0
    if packages:
        print(f"Missing: {', '.join(packages)} (Debian: apt-get install {' '.join(packages)}).", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="cluster-") as name:
        cluster = Cluster(Path(name))
        try:
            cluster.start()
            print(f"Serving on {cluster.url}; the workers are {', '.join(cluster.addresses)}. Ctrl-C ends it.")
            signal.pause()
        except KeyboardInterrupt:
            pass
        finally:
            cluster.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
