"""The changes that docs/adding.md shows, applied to a copy of the tree and used."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.tickets.reading.reader import read_markdown

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "adding.md"
DIFFS = dict(re.findall(r"^## (.+?)\n.*?^```diff\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S))
KNOWN = "骆驼证书过期后请在证书页重新申请。骆驼证书有效期为三个月。"
ROWS = [
    {"id": "t1", "title": "骆驼证书过期", "question": "骆驼证书过期怎么续？", "answer": KNOWN},
    {"id": "t2", "title": "账单怎么看", "question": "在哪里看账单？", "answer": "账单在控制台的费用中心查看。"},
]
LETTERS = "# 骆驼证书\n\n## 来信\n骆驼证书过期怎么续？\n\n## 回信\n请在证书页重新申请。\n"
ASKED = """
from pathlib import Path
from bot import keeping, settings, wire
from bot.records import Question
used = settings.load(knowledge_dir=Path("rows.jsonl"), index_dir=Path("index"), heads_embedding="none", **{given!r})
report = keeping.ingest(used, [used.knowledge_dir])
reply = wire.assistant(used).answer(Question("骆驼证书过期怎么续？"))
import json
from bot.search.opening import current_id
from bot.search.manifest import read
cited = [sentence.text for sentence in reply.sentences if sentence.citations]
embedding = read(used.index_dir / "builds" / current_id(used.index_dir)).embedding
print(json.dumps([reply.verdict, reply.engine, embedding, cited, [one.ticket for one in reply.citations]]))
"""

pytestmark = pytest.mark.slow


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[str], Path]:
    """A copy of the tree with the change of one section."""

    def make(section: str) -> Path:
        for name in ("bot", "docs", "prompts", "tests/conftest.py", "tests/unit/serve", "tests/unit/house"):
            source, target = ROOT / name, tmp_path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if source.is_dir() else shutil.copy
            copy(source, target)
        for name in ("app.py", "pyproject.toml"):
            shutil.copy(ROOT / name, tmp_path)
        subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=DIFFS[section].encode(), check=True)
        return tmp_path

    return make


def ran(folder: Path, *words: str) -> str:
    environ = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "GIT_DIR")}
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def asked(folder: Path, **given: str) -> tuple[str, str, str, list[str], list[str]]:
    """Verdict, engine, embedding, the cited sentences and the cited tickets of a reply over ROWS."""
    rows = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS)
    (folder / "rows.jsonl").write_text(rows, encoding="utf-8")
    verdict, engine, embedding, said, tickets = json.loads(ran(folder, "-c", ASKED.replace("{given!r}", repr(given))))
    return verdict, engine, embedding, said, sorted(set(tickets))


def keeps_the_house(folder: Path) -> None:
    """Arrows, names, lengths, settings: as `make check` would see them, once .env.example is renewed."""
    (folder / ".env.example").write_text(ran(folder, "-m", "bot.settings"), encoding="utf-8")
    names = "arrow or one_word or example or setting or environment"
    ran(folder, "-m", "pytest", "-q", "tests/unit/house/test_house.py", "-k", names)


def test_each_kind_of_change_is_shown() -> None:
    assert list(DIFFS) == ["A writer", "An embedding", "A layout of ticket files", "A page"]


def test_the_new_writer_answers(changed: Callable[[str], Path]) -> None:
    folder = changed("A writer")
    verdict, engine, _, said, tickets = asked(folder, writer="single")
    assert (verdict, engine, len(said), tickets) == ("answered", "single", 1, ["t1"])
    keeps_the_house(folder)


def test_the_new_embedding_builds_an_index_that_answers(changed: Callable[[str], Path]) -> None:
    folder = changed("An embedding")
    verdict, _, embedding, _, tickets = asked(folder, embedding="pairs")
    assert (verdict, embedding, tickets) == ("answered", "letter-pairs", ["t1"])
    keeps_the_house(folder)


def test_a_file_of_the_new_layout_is_read(changed: Callable[[str], Path]) -> None:
    assert not any(ticket.question and ticket.turns for ticket in read_markdown(LETTERS, "a.md").tickets)
    folder = changed("A layout of ticket files")
    (folder / "a.md").write_text(LETTERS, encoding="utf-8")
    code = (
        "from pathlib import Path\nfrom bot.tickets.reading.reader import read\n"
        "for ticket in read(Path('a.md')).tickets: print(ticket.title, ticket.question, ticket.agent_text, sep='|')"
    )
    assert ran(folder, "-c", code).strip() == "骆驼证书|骆驼证书过期怎么续？|请在证书页重新申请。"
    keeps_the_house(folder)


def test_the_new_page_opens_to_those_whom_its_tables_name(changed: Callable[[str], Path]) -> None:
    folder = changed("A page")
    names = "every_route_stands or documented_table or (each_cell and products)"
    assert "3 passed" in ran(folder, "-m", "pytest", "-q", "tests/unit/serve/test_access.py", "-k", names)
    keeps_the_house(folder)
