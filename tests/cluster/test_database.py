"""A PostgreSQL that hangs: it keeps its connections, and is not waited for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.desk import patient
from bot.desk.store import Desk
from bot.errors import StoreError

from .conftest import topology

pytestmark = [pytest.mark.slow, pytest.mark.cluster]


@pytest.fixture
def cluster(tmp_path: Path) -> Any:
    if packages := topology.missing():
        pytest.skip(f"Not installed: {', '.join(packages)}; `make cluster` does that.")
    made = topology.Cluster(tmp_path)
    made.postgres.start()
    yield made
    made.stop()


def test_a_database_that_hangs_is_given_up_and_found_again(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(cluster.database)
    desk.feedback("a", thumb="up")
    monkeypatch.setattr(patient.Patient, "patience", 0.5)
    cluster.postgres.freeze()
    try:
        with pytest.raises(StoreError, match="数据库没有响应"):
            desk.tally()
    finally:
        cluster.postgres.thaw()
    assert desk.tally() == {"up": 1, "comments": 0}
    desk.close()


def test_what_takes_its_time_is_waited_for(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(cluster.database)
    monkeypatch.setattr(patient.Patient, "patience", 0.2)
    with desk._work.begin() as session, patient.unhurried(session.connection().connection.dbapi_connection):
        session.connection().exec_driver_sql("SELECT pg_sleep(1)")
    with pytest.raises(StoreError, match="no answer within"), desk._work.begin() as session:
        session.connection().connection.dbapi_connection.patience = 0.2  # type: ignore[union-attr]
        session.connection().exec_driver_sql("SELECT pg_sleep(5)")
    desk.close()
