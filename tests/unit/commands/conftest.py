"""What the tests of commands share: the index's fakes, which lie beside the tests of the search."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

FAKES = Path(__file__).parents[1] / "search" / "fakes.py"


@pytest.fixture(scope="session")
def search_fakes() -> Any:
    """The module of fakes: tests are imported one by one and know no packages."""
    spec = importlib.util.spec_from_file_location("search_fakes", FAKES)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["search_fakes"] = module
    spec.loader.exec_module(module)
    return module
