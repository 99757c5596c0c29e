"""A model of any OpenAI-compatible server, bounded in time, tries and length; a breaker spares a dead one.

What it says is text, piece by piece. Knows nothing of prompts, evidence or replies.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from bot.errors import WriterError
from bot.reply.within import within
from bot.reply.writers import Usage

MOST_TOKENS = 1200  # about twice six long sentences
MOST = 4000  # characters; a reply that goes on longer is no reply
PAUSE = 0.5  # seconds before another try; a person is waiting
LONGEST_PAUSE = 2.0  # what a server may ask to wait (Retry-After) for another try
# Reasons for which another try may help; a wrong key stays wrong.
_PASSING = ("rate", "server", "unreachable", "timeout", "busy")
_STATUS = {401: "auth", 403: "auth", 404: "auth", 408: "timeout", 429: "rate"}

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Breaker:
    """After `most` failures in a row no call is made for `rest` seconds; then one is, to see.

    The pattern is Nygard's circuit breaker (Release It!, 2007).
    """

    most: int = 3
    rest: float = 30.0
    clock: Callable[[], float] = time.monotonic
    _failures: int = 0
    _until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def closed(self) -> bool:
        """Whether a call may be made now; of those that ask after a rest, one may."""
        with self._lock:
            if self._failures < self.most:
                return True
            now = self.clock()
            if now < self._until:
                return False
            self._until = now + self.rest
            return True

    def succeeded(self) -> None:
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= self.most:
                self._until = self.clock() + self.rest


class Model:
    """ChatOpenAI. `timeout`: seconds for all tries of one call, where its caller sets no deadline. `headers` gives what
    goes along with a call, asked anew for each.
    """

    def __init__(
        self,
        name: str,
        key: SecretStr | None,
        base_url: str | None,
        timeout: float,
        retries: int,
        breaker: Breaker | None = None,
        headers: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self.name = name
        self._key, self._base_url = key, base_url
        self._timeout, self._retries, self._headers = timeout, retries, headers
        self._breaker = breaker or Breaker()
        self._client: Any = None

    def complete(self, text: str, deadline: float | None = None, most: int = MOST) -> str:
        """The whole of what it says."""
        return "".join(self.stream(text, Usage(), deadline, most))

    def stream(self, text: str, usage: Usage, deadline: float | None = None, most: int = MOST) -> Iterator[str]:
        """What it says to a text, in pieces, whole by `deadline` (time.monotonic()).

        Raises WriterError, its reason one of timeout, auth, rate, server, unreachable, cut, broken, empty,
        endless or resting. After the first piece there is no second try.
        """
        until = min(deadline or float("inf"), time.monotonic() + self._timeout)
        if not self._breaker.closed():
            raise WriterError("The model failed several times and is left alone for a while.", "resting")
        try:
            yield from self._tries(text, usage, until, most)
        except WriterError:
            self._breaker.failed()
            raise
        self._breaker.succeeded()

    def _tries(self, text: str, usage: Usage, until: float, most: int) -> Iterator[str]:
        for left in range(self._retries, -1, -1):
            written = 0
            try:
                for piece in self._once(text, usage, until):
                    written += len(piece)
                    yield piece
                    if written > most:
                        raise WriterError(f"The model went past {most} characters.", "endless")
                if not written:
                    raise WriterError("The model gave an empty reply.", "empty")
                return
            except WriterError as error:
                pause = max(PAUSE, error.wait)
                over = time.monotonic() + pause >= until or pause > LONGEST_PAUSE
                if written or not left or over or error.reason not in _PASSING:
                    raise
                time.sleep(pause)

    def _once(self, text: str, usage: Usage, until: float) -> Iterator[str]:
        """One try; raises WriterError alone."""
        finished, begun = "", False
        try:
            for chunk in within(self._open(text, until), until):
                if chunk.usage_metadata:
                    usage.prompt += chunk.usage_metadata["input_tokens"]
                    usage.completion += chunk.usage_metadata["output_tokens"]
                finished = chunk.response_metadata.get("finish_reason") or finished
                piece = chunk.text if isinstance(chunk.text, str) else str(chunk.content)
                if piece:
                    begun = True
                    yield piece
        except WriterError:
            raise
        except TimeoutError:
            raise WriterError("The model was not done in time.", "timeout") from None
        except Exception as error:
            found = _named(error)
            if begun and found.reason == "unreachable":
                found.reason = "cut"
            raise found from error
        if finished != "stop":
            raise WriterError("The model's reply broke off.", "cut")

    def _open(self, text: str, until: float) -> Generator[Any, None, None]:
        from langchain_openai import ChatOpenAI

        if self._client is None:
            self._client = ChatOpenAI(
                model=self.name,
                api_key=self._key or SecretStr("none"),
                base_url=self._base_url,
                temperature=0,
                max_completion_tokens=MOST_TOKENS,
                timeout=self._timeout,
                max_retries=0,  # the tries are ours: the client's own would wait as long as a server tells it to
                stream_usage=True,
            )
        chunks: Generator[Any, None, None] = self._client.stream(
            [("user", text)], timeout=max(until - time.monotonic(), 0.05), extra_headers=dict(self._headers())
        )
        return chunks


def _named(error: Exception) -> WriterError:
    """What went wrong in a word; the server's own text may quote the customer and is left out."""
    from openai import APIConnectionError, APIStatusError, APITimeoutError

    wait = 0.0
    if isinstance(error, APITimeoutError):
        reason = "timeout"
    elif isinstance(error, APIConnectionError):
        reason = "unreachable"
    elif isinstance(error, APIStatusError):
        reason = _STATUS.get(error.status_code, "server" if error.status_code >= 500 else "refused")
        wait = _seconds(error.response.headers.get("retry-after", ""))
    elif type(error).__module__.partition(".")[0] in ("httpx", "httpcore"):
        reason = "timeout" if "Timeout" in type(error).__name__ else "cut"
    else:
        reason = "broken"
    found = WriterError(f"The model failed: {type(error).__name__}.", reason)
    found.wait = wait
    return found


def _seconds(header: str) -> float:
    """A Retry-After in seconds; a date in it counts as long."""
    try:
        return float(header) if header else 0.0
    except ValueError:
        return float("inf")
