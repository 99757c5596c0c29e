"""What is made one by one, made in a thread of its own: whoever waits for it is free at a moment, come what may.

Knows nothing of what is made.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from contextvars import copy_context
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TypeVar, cast

Item = TypeVar("Item")
_END = object()


def within(
    items: Iterator[Item], until: float, ended: Callable[[], None] = lambda: None
) -> Generator[Item, None, None]:
    """The items, of which the last is there by `until` (time.monotonic()); they are begun at once.

    Raises TimeoutError at that moment, and what the items raise. Who leaves before the end stops them after the one
    that is being made. `ended` is called when they are really done with, which may be later than that.
    """
    arrived: SimpleQueue[object] = SimpleQueue()
    left = Event()

    def make() -> None:
        try:
            with closing(_all(items)) as each:
                for item in each:
                    arrived.put(item)
                    if left.is_set():
                        return
            arrived.put(_END)
        except Exception as error:  # noqa: BLE001 - raised again below
            arrived.put(_Failed(error))
        finally:
            ended()

    Thread(target=copy_context().run, args=(make,), daemon=True, name="within").start()
    return _taken(arrived, left, until)


def _all(items: Iterator[Item]) -> Generator[Item, None, None]:
    yield from items  # an iterator that cannot be closed is one here


class _Failed:
    def __init__(self, error: Exception) -> None:
        self.error = error


def _taken(arrived: SimpleQueue[object], left: Event, until: float) -> Generator[Item, None, None]:
    try:
        while (item := arrived.get(timeout=max(until - time.monotonic(), 0.0))) is not _END:
            if isinstance(item, _Failed):
                raise item.error
            yield cast("Item", item)
    except Empty:
        raise TimeoutError from None
    finally:
        left.set()
