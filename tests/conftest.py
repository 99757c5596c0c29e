"""What all tests share: unit tests reach no network, and no test meets the developer's own settings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import pytest_socket

from bot.settings import Settings

ROOT = Path(__file__).parent.parent

# No example is timed: a busy machine takes any of them for a slow one.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: Playwright's synchronous interface leaves its event loop running in this thread."""
    items.sort(key=lambda item: ROOT / "tests" / "browser" in item.path.parents)


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest) -> Iterator[None]:
    """Unit tests may open Unix sockets (event loops need a pair of them), and no others."""
    if ROOT / "tests" / "unit" not in request.path.parents:
        yield
        return
    pytest_socket.disable_socket(allow_unix_socket=True)
    yield
    pytest_socket.enable_socket()


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Defaults everywhere: neither the environment nor a .env file reaches a test."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setitem(Settings.model_config, "env_file", None)
