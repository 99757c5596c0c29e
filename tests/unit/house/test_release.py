"""`make release` in a repository of its own: what it refuses, and what it leaves."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import bot

ROOT = Path(__file__).parents[3]
HOME = "bot/__init__.py"
CHANGES = """# Changelog

## [Unreleased]
- Not yet.

## [1.2.0] - 2026-12-01
- A camel may be fed by script.

## [1.1.0] - 2026-11-01
- First.

## [1.3.0] - 2026-12-02

"""


class Scratch:
    """A repository with the files that a release reads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in (".ci/release", HOME):
            (folder / name).parent.mkdir(parents=True)
            shutil.copy(ROOT / name, folder / name)
        (folder / "CHANGELOG.md").write_text(CHANGES, encoding="utf-8")
        self.git("init", "-q", "-b", "main")
        self.commit()

    def git(self, *words: str) -> str:
        environ = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        done = subprocess.run(
            ["git", *who, *words], cwd=self.folder, env=environ, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "work")

    def release(self, version: str, check: str = "true") -> subprocess.CompletedProcess[str]:
        who = {f"GIT_{role}_{part}": "a@b" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
        return subprocess.run(
            [self.folder / ".ci/release", version],
            env={**os.environ, **who, "CHECK": check, "GIT_CONFIG_GLOBAL": os.devnull},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    return Scratch(tmp_path)


def test_a_release_is_one_commit_and_one_tag_with_its_notes(scratch: Scratch) -> None:
    before = scratch.git("rev-parse", "HEAD")
    done = scratch.release("1.2.0")
    assert done.returncode == 0, done.stderr
    assert scratch.git("rev-parse", "HEAD~1") == before and scratch.git("status", "--porcelain") == ""
    assert scratch.git("rev-parse", "v1.2.0^{commit}") == scratch.git("rev-parse", "HEAD")
    assert '__version__ = "1.2.0"' in (scratch.folder / HOME).read_text()
    notes = scratch.git("tag", "-l", "--format=%(contents)", "v1.2.0")
    assert "A camel may be fed by script." in notes and "First." not in notes and "Not yet." not in notes


@pytest.mark.parametrize(
    ("version", "why"),
    [
        ("", "three numbers"),
        ("1.2", "three numbers"),
        ("v1.2.0", "three numbers"),
        ("01.2.0", "three numbers"),
        ("2.0.0", "no section"),
        ("1.3.0", "is empty"),
        ("1x2x0", "three numbers"),
    ],
)
def test_what_is_no_release_changes_nothing(scratch: Scratch, version: str, why: str) -> None:
    before = scratch.git("rev-parse", "HEAD")
    done = scratch.release(version)
    assert done.returncode == 1 and why in done.stderr
    assert scratch.git("rev-parse", "HEAD") == before
    assert scratch.git("tag") == "" and scratch.git("status", "--porcelain") == ""


def test_neither_a_dirty_tree_nor_failing_tests_nor_an_old_number_is_released(scratch: Scratch) -> None:
    (scratch.folder / "left").write_text("over")
    assert "not clean" in scratch.release("1.2.0").stderr
    scratch.commit()
    assert "failed" in scratch.release("1.2.0", check="false").stderr
    assert scratch.git("tag") == ""
    assert scratch.release("1.2.0").returncode == 0
    assert "there already" in scratch.release("1.2.0").stderr
    assert "comes before 1.2.0" in scratch.release("1.1.0").stderr
    assert scratch.git("tag") == "v1.2.0"


def test_the_command_line_tells_the_version() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "bot", "--version"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == bot.__version__


def test_the_changelog_has_a_section_for_each_version_the_newest_first() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    heads = re.findall(r"^## (.*)$", text, re.M)
    assert heads[0] == "[Unreleased]"
    dated = [re.fullmatch(r"\[(\d+)\.(\d+)\.(\d+)\] - \d{4}-\d\d-\d\d", head) for head in heads[1:]]
    assert all(dated)
    numbers = [tuple(map(int, found.groups())) for found in dated if found]
    assert numbers == sorted(numbers, reverse=True)
    assert bot.__version__ == "0.0.0" or f"[{bot.__version__}]" in text
    kinds = set(re.findall(r"^### (.*)$", text, re.M))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
