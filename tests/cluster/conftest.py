"""A Chroma server of its own, and the invented tickets of the unit tests."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from bot.search.connection import Connection
from bot.search.remote import Remote

TESTS = Path(__file__).parents[1]


def _module(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


topology = _module("topology", TESTS / "cluster" / "topology.py")


@pytest.fixture(scope="session")
def search_fakes() -> Any:
    return _module("search_fakes", TESTS / "unit" / "search" / "fakes.py")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    part = topology.chroma(tmp_path_factory.mktemp("chroma"))
    part.start()
    yield part
    part.kill()


@pytest.fixture
def remote(server: Any) -> Iterator[Remote]:
    """Empty."""
    connection = Connection(server.url, patience=10)
    with connection.asking():
        for name in connection.names():
            connection.delete(name)
    yield Remote(connection)
