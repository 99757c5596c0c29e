"""One build of the index at a time, in a process of its own, and how far it has come.

A build keeps the interpreter busy for seconds on end, so it never runs in the app. The child prints JSON lines
on its way to stderr and its report to stdout; knows nothing of what is built.
"""

from __future__ import annotations

import json
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from bot.errors import DeskError

Status = Literal["idle", "running", "done", "failed"]
LINGER = 3.0  # seconds that an interrupted build gets to tidy up
SPANS = {"start": (0, 8), "read": (8, 13), "settle": (13, 27), "index": (27, 93), "finish": (93, 99)}
"""From which to which percent of the whole each stage takes, by the seconds that it took on 1,335 tickets."""
_AFTER = {"read": "settle", "index": "finish"}  # what follows a stage that has come to its end, uncounted


@dataclass(frozen=True, slots=True)
class State:
    """`done` of `total` belong to `stage`; `percent` is of the whole. `result` is the child's report.

    `before` is the build that was in use at the start, as the caller named it.
    """

    status: Status = "idle"
    stage: str = ""
    done: int = 0
    total: int = 0
    percent: int = 0
    error: str = ""
    seconds: float = 0.0
    result: dict[str, Any] = field(default_factory=dict)
    before: str = ""


class Rebuild:
    """`command` gives what to run, asked anew at each start; `ended` is told how each came out: done or failed."""

    _child: subprocess.Popen[str] | None = None

    def __init__(
        self, command: Callable[[], Sequence[str]], ended: Callable[[str], None] = lambda result: None
    ) -> None:
        self._command, self._ended, self._lock = command, ended, threading.Lock()
        self._state, self._began = State(), 0.0

    @property
    def state(self) -> State:
        with self._lock:
            took = time.monotonic() - self._began if self._state.status == "running" else self._state.seconds
            return replace(self._state, seconds=round(took, 1))

    def start(self, before: str = "") -> bool:
        """False when one is running already."""
        with self._lock:
            if self._state.status == "running":
                return False
            self._began = time.monotonic()
            try:
                # A session of its own: Ctrl-C on the app reaches the child by `stop` alone.
                self._child = subprocess.Popen(  # noqa: S603 - our own command, and no text of anybody
                    self._command(),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    encoding="utf-8",
                    errors="replace",
                    start_new_session=True,
                )
            except (OSError, DeskError) as error:
                self._state = State("failed", error=str(error))
                self._ended("failed")
                return True
            self._state = State("running", "start", before=before)
            threading.Thread(target=self._follow, args=(self._child,), daemon=True).start()
            return True

    def stop(self) -> None:
        """Ends a running build; the index in use stays as it is."""
        with self._lock:
            child = self._child
        if child is None or child.poll() is not None:
            return
        child.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            child.wait(LINGER)
        if child.poll() is None:
            child.kill()
            child.wait()

    def _follow(self, child: subprocess.Popen[str]) -> None:
        assert child.stdout is not None and child.stderr is not None
        printed: list[str] = []
        report = threading.Thread(target=lambda out: printed.append(out.read()), args=(child.stdout,), daemon=True)
        report.start()
        said = ""
        for line in child.stderr:
            if step := _step(line):
                with self._lock:
                    self._state = replace(step, before=self._state.before)
            elif line.strip():
                said = line.strip()[:1000]
        status = child.wait()
        report.join()
        child.stdout.close()
        child.stderr.close()
        result = _report("".join(printed)) if status == 0 else None
        with self._lock:
            took = time.monotonic() - self._began
            if result is not None:
                self._state = State("done", percent=100, seconds=took, result=result, before=self._state.before)
            else:
                self._state = State("failed", error=said or f"exit status {status}", seconds=took)
            self._ended(self._state.status)


def _step(line: str) -> State | None:
    """The state that a line of progress tells of; None for any other line."""
    try:
        told = json.loads(line)
        stage, done, total = str(told["stage"]), int(told["done"]), int(told["total"])
    except (ValueError, TypeError, KeyError):
        return None
    if stage in _AFTER and done >= total:
        stage, done, total = _AFTER[stage], 0, 0
    low, high = SPANS.get(stage, (0, 99))
    share = min(max(done / total, 0.0), 1.0) if total > 0 else 0.0
    return State("running", stage, done, total, int(low + share * (high - low)))


def _report(text: str) -> dict[str, Any] | None:
    with suppress(ValueError):
        found = json.loads(text)
        return found if isinstance(found, dict) else None
    return None
