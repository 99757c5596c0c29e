"""The real index, damaged under the running app."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot import wire
from bot.serve import vitals
from bot.settings import Settings


def test_a_damaged_index_is_not_ready(index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vitals, "FRESH", 0.0)
    folder = shutil.copytree(index, tmp_path / "index")
    url = f"sqlite:///{tmp_path}/desk.sqlite3"
    settings = Settings(_env_file=None, index_dir=folder, database_url=url)  # type: ignore[call-arg]
    with TestClient(wire.app(settings)) as client:
        assert client.get("/readyz").status_code == 200
        for file in folder.rglob("chroma.sqlite3"):
            file.write_bytes(file.read_bytes()[:1000])
        told = client.get("/readyz")
        assert told.status_code == client.get("/healthz").status_code == 503
        assert "index cannot be read" in told.json()["reason"]
        assert client.get("/livez").status_code == 200
