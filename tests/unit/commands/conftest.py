"""Commands over fakes, and over a folder of tickets with an index."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import asking, commands, examine
from bot import wire as wiring
from tests.unit.commands.fakes import Assistant, Wire
from tests.unit.commands.kept import Desk


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    fake = Wire(Assistant())
    monkeypatch.setattr(commands, "wire", fake)
    monkeypatch.setattr(commands, "keeping", fake)
    monkeypatch.setattr(examine, "wire", fake)
    monkeypatch.setattr(asking, "wire", fake)
    return fake


@pytest.fixture
def desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], search_fakes: Any
) -> Iterator[Desk]:
    made, encoder = Desk(tmp_path, capsys), search_fakes.HashEmbeddings()
    monkeypatch.setattr(wiring, "embeddings", lambda _: encoder)
    monkeypatch.setenv("KNOWLEDGE_DIR", str(made.knowledge))
    assert made.run("ingest")[0] == 0
    yield made
