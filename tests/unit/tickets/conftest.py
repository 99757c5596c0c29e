"""The one real file that is allowed here, read once, and a redactor as the settings make it by default."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.tickets.intake import Knowledge, learn
from bot.tickets.privacy.redaction import Redactor
from bot.tickets.reading.reader import Reading, read

PART = Path(__file__).parents[3] / "knowledge" / "part-15.md"


@pytest.fixture(scope="session")
def part() -> Path:
    return PART


@pytest.fixture(scope="session")
def reading() -> Reading:
    return read(PART)


@pytest.fixture(scope="session")
def redactor() -> Redactor:
    return Redactor(("qiniu.com", "qiniu.cn"))


@pytest.fixture(scope="session")
def knowledge(redactor: Redactor) -> Knowledge:
    return learn([PART], redactor, 256)
