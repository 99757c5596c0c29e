"""The tables as the migrations make them: the models', from nothing and from a database of an earlier version."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bot.desk.base import Base
from bot.desk.store import Desk
from bot.errors import StoreError

BEFORE = """
CREATE TABLE conversations (id VARCHAR NOT NULL PRIMARY KEY, at DATETIME NOT NULL);
CREATE TABLE messages (id INTEGER NOT NULL PRIMARY KEY, conversation VARCHAR NOT NULL REFERENCES conversations (id),
  role VARCHAR NOT NULL, text TEXT NOT NULL, answer VARCHAR NOT NULL, verdict VARCHAR NOT NULL, at DATETIME NOT NULL);
CREATE INDEX ix_messages_conversation ON messages (conversation);
CREATE TABLE feedback (id INTEGER NOT NULL PRIMARY KEY, conversation VARCHAR NOT NULL, answer VARCHAR NOT NULL,
  question TEXT NOT NULL, thumb VARCHAR, outcome VARCHAR, comment TEXT NOT NULL, citations JSON NOT NULL,
  at DATETIME NOT NULL, UNIQUE (conversation, answer));
CREATE TABLE handoffs (id VARCHAR NOT NULL PRIMARY KEY, conversation VARCHAR NOT NULL, state VARCHAR NOT NULL,
  reason TEXT NOT NULL, needs JSON NOT NULL, summary TEXT NOT NULL, transcript TEXT NOT NULL, at DATETIME NOT NULL,
  ended DATETIME);
CREATE INDEX ix_handoffs_conversation ON handoffs (conversation);
CREATE UNIQUE INDEX one_open_handoff ON handoffs (conversation) WHERE state = 'open';
INSERT INTO conversations VALUES ('c1', '2026-01-02 03:04:05.000000');
INSERT INTO messages VALUES (1, 'c1', 'user', '问', '', '', '2026-01-02 03:04:05.000000');
INSERT INTO handoffs VALUES ('h1', 'c1', 'open', '原因', '["域名"]', '摘要', '客户：原话', '2026-01-02 03:04:05', NULL);
INSERT INTO handoffs VALUES ('h0', 'c0', 'closed', '旧', '[]', '', '', '2026-01-01 03:04:05', NULL);
"""


def differences(desk: Desk) -> list[object]:
    with desk._work.engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))


def test_the_tables_are_the_models(desk: Desk) -> None:
    assert differences(desk) == []


def test_a_database_of_the_version_before_keeps_what_it_holds(path: Path) -> None:
    path.parent.mkdir(parents=True)
    with sqlite3.connect(path) as connection:
        connection.executescript(BEFORE)
    desk = Desk(f"sqlite:///{path}")
    assert differences(desk) == []
    assert [message.text for message in desk.messages("c1")] == ["问"]
    (waiting,) = desk.queue.all()
    assert (waiting.id, waiting.reason, waiting.needs, waiting.agent) == ("h1", "原因", ("域名",), "")
    assert [line.text for line in desk.queue.lines("h1")] == ["客户：原话"] and desk.queue.lines("h0") == ()
    desk.queue.take("h1", "anna", "小安")
    desk.close()
    assert Desk(f"sqlite:///{path}").queue.all()[0].agent == "anna"


def test_processes_that_start_together_migrate_once(url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        desks = list(pool.map(lambda _: Desk(url), range(4)))
    assert all(desk.queue.all() == () for desk in desks)
    for desk in desks:
        desk.close()


def test_a_database_of_a_newer_version_is_refused_in_a_sentence(path: Path) -> None:
    Desk(f"sqlite:///{path}").close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="newer version"):
        Desk(f"sqlite:///{path}")
