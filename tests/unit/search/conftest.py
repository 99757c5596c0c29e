"""An index of invented tickets in a folder of its own."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from bot.search.opening import Build, open_build


def _fakes() -> ModuleType:
    spec = importlib.util.spec_from_file_location("search_fakes", Path(__file__).with_name("fakes.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["search_fakes"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def search_fakes() -> Any:
    return _fakes()


@pytest.fixture
def index(tmp_path: Path, search_fakes: Any) -> Path:
    """The folder of a published index of all invented tickets."""
    search_fakes.publish_all(tmp_path / "index", search_fakes.TICKETS, search_fakes.HashEmbeddings())
    return tmp_path / "index"


@pytest.fixture
def build(index: Path, search_fakes: Any) -> Iterator[Build]:
    opened = open_build(index, search_fakes.HashEmbeddings())
    yield opened
    opened.close()
