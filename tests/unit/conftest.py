"""What unit tests share."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def search_fakes() -> Any:
    """The index's fakes, by their path: tests are imported one by one and know no packages."""
    path = Path(__file__).with_name("search") / "fakes.py"
    spec = importlib.util.spec_from_file_location("search_fakes", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["search_fakes"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def _cheap_digests(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cheapest digests of passwords there are: a real one takes a sixth of a second."""
    if accounts := sys.modules.get("bot.desk.accounts"):
        hasher = accounts.PasswordHasher
        monkeypatch.setattr(accounts, "PasswordHasher", lambda: hasher(time_cost=1, memory_cost=8, parallelism=1))
