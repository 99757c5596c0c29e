"""A short run of the kill bench; `python tests/bench/kills.py` is the long one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
def test_ingest_killed_at_random_moments_leaves_the_index_whole() -> None:
    bench = [sys.executable, str(ROOT / "tests" / "bench" / "kills.py"), "5"]
    done = subprocess.run(bench, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 failures" in done.stdout
