"""How often one address may do what costs others something: ask, attach an image, call a person.

Moving windows of the `limits` library, in memory, or in the desk's database or Redis, where several workers share
them. Knows addresses and counts, and nothing of what is asked.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Mapping

from limits import RateLimitItem, parse_many
from limits.errors import ConfigurationError, StorageError
from limits.storage import Storage, storage_from_string
from limits.strategies import MovingWindowRateLimiter

from bot.errors import SettingError

log = logging.getLogger(__name__)


class Limits:
    """`rates`: by what is done, such as {"question": "20/minute;200/hour"}; an empty one is no limit.

    Raises SettingError where a rate or the storage's address cannot be used.
    """

    def __init__(self, rates: Mapping[str, str], storage: str | Storage = "memory://") -> None:
        self._items: dict[str, list[RateLimitItem]] = {}
        for kind, rate in rates.items():
            try:
                self._items[kind] = parse_many(rate) if rate.strip() else []
            except ValueError:
                key = f"RATE_{kind.upper()}S"
                raise SettingError(
                    f"Setting {key} got {rate!r}, but it takes rates such as 20/minute;200/hour."
                ) from None
        try:
            counts = storage_from_string(storage, wrap_exceptions=True) if isinstance(storage, str) else storage
            self._limiter = MovingWindowRateLimiter(counts)
        except (ConfigurationError, ValueError) as error:  # no such storage, or its library is not installed
            raise SettingError(
                f"RATE_STORAGE cannot be used: it takes memory://, database or redis://host ({type(error).__name__})."
            ) from None

    def wait(self, kind: str, who: str) -> int:
        """Counts one try; the seconds after which another may succeed, 0 when this one does."""
        try:
            for item in self._items.get(kind, ()):
                if not self._limiter.hit(item, kind, who):
                    reset = self._limiter.get_window_stats(item, kind, who).reset_time
                    return max(math.ceil(reset - time.time()), 1)
        except StorageError as error:  # a counter that is away must not keep customers from help
            log.warning("not counted: %s", type(error).__name__)
        return 0
