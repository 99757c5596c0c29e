"""What unit tests share."""

from __future__ import annotations

import sys

import pytest


@pytest.fixture(autouse=True)
def _cheap_digests(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cheapest digests of passwords there are: a real one takes a sixth of a second."""
    if accounts := sys.modules.get("bot.desk.accounts"):
        hasher = accounts.PasswordHasher
        monkeypatch.setattr(accounts, "PasswordHasher", lambda: hasher(time_cost=1, memory_cost=8, parallelism=1))
