"""What is asked in place of a Chroma server that does not answer, and who tries it again."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np

from bot.search import spare
from bot.search.connection import Gone
from bot.search.served import ServedStore


def test_one_question_tries_a_server_that_was_gone_and_no_other_waits_with_it(tmp_path: Path) -> None:
    np.save(tmp_path / spare.VECTORS, np.eye(3, dtype=np.float16))
    (tmp_path / spare.IDS).write_text("a\nb\nc", encoding="utf-8")
    tries: list[int] = []
    trying, over = threading.Event(), threading.Event()

    def find() -> Any:
        tries.append(1)
        if len(tries) > 1:
            trying.set()
            over.wait(30)
        raise Gone("gone")

    store = ServedStore(find, nullcontext, tmp_path)

    def ask() -> str:
        return store.query(np.array([0, 1, 0], np.float32), 1)[0].id

    assert ask() == "b" and len(tries) == 1
    store._until = 1e-9  # the rest is over
    prober = threading.Thread(target=ask)
    prober.start()
    assert trying.wait(30)
    others = [threading.Thread(target=ask) for _ in range(3)]
    for other in others:
        other.start()
    for other in others:
        other.join(10)
    waits = [other.is_alive() for other in others]
    over.set()
    prober.join(30)
    assert waits == [False] * 3 and len(tries) == 2
