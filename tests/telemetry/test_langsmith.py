"""LangChain's own tracing sends texts; it does so only where our setting says that texts may leave the house."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.evaluate.scripted import Scripted
from tests.telemetry.conftest import Collector

ROOT = Path(__file__).parents[2]
QUESTION = "免费证书怎么申请"
APP = f"""
from starlette.testclient import TestClient
from bot import settings, wire
with TestClient(wire.app(settings.load(api_key="k"))) as client:
    asked = {{"messages": [{{"role": "user", "content": "{QUESTION}"}}]}}
    reply = client.post("/v1/chat/completions", json=asked, headers={{"authorization": "Bearer k"}})
    assert reply.status_code == 200, reply.text
from langchain_core.tracers.langchain import wait_for_all_tracers
wait_for_all_tracers()
"""
ASK = f"""
import sys
from bot.__main__ import main
status = main(["ask", "{QUESTION}"])
from langchain_core.tracers.langchain import wait_for_all_tracers
wait_for_all_tracers()
sys.exit(status)
"""
SWITCHES = {
    **dict.fromkeys(("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING"), "true"),
    "LANGSMITH_API_KEY": "lsv2_pt_none",
}


@pytest.mark.llm
@pytest.mark.parametrize("code", [APP, ASK], ids=["app", "ask"])
@pytest.mark.parametrize("asked", ["", "true"], ids=["not asked for", "asked for"])
def test_texts_leave_only_when_asked_for(
    code: str,
    asked: str,
    index: Path,
    collector: Collector,
    model: Scripted,
    tmp_path: Path,
) -> None:
    given = {
        "LANGSMITH_ENDPOINT": collector.url,
        "OPENAI_BASE_URL": model.base_url,
        "INDEX_DIR": str(index),
        "DATABASE_URL": f"sqlite:///{tmp_path}/desk.sqlite3",
    }
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **SWITCHES, **given, "LANGSMITH_TEXTS": asked},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert QUESTION in str(model.requests[0]["messages"])
    assert bool(collector.requests) == bool(asked)
