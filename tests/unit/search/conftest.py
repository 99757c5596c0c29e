"""An index of invented tickets in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.search.opening import Build, open_build


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
