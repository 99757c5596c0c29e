"""A backup brings back database, knowledge and fitted gate; or says why not and changes nothing."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest

from bot import backing
from bot.__main__ import main
from bot.desk.saying import Say
from bot.desk.store import Desk
from bot.errors import DeskError
from bot.settings import Settings


def settings(folder: Path) -> Settings:
    return Settings(
        _env_file=None,  # type: ignore[call-arg]
        knowledge_dir=folder / "knowledge",
        index_dir=folder / "index",
        database_url=f"sqlite:///{folder}/desk.sqlite3",
    )


@pytest.fixture
def used(tmp_path: Path) -> Settings:
    """A desk with a row in most tables, and knowledge."""
    made = settings(tmp_path / "used")
    (made.knowledge_dir / "approved").mkdir(parents=True)
    (made.knowledge_dir / "part.md").write_text("## 工单\n", encoding="utf-8")
    (made.knowledge_dir / "approved" / "a1.md").write_text("## 批准\n", encoding="utf-8")
    made.index_dir.mkdir()
    (made.index_dir / "gate.json").write_text("{}", encoding="utf-8")
    desk = Desk(made.database_url)
    desk.accounts.add("max", "a long password", "maintainer", "老麦", ["CDN"])
    desk.remember("c1", "user", "问", browser="b")
    desk.remember("c1", "assistant", "答", "a1", "answered", reply={"text": "答"})
    desk.feedback("a1", conversation="c1", thumb="up", citations=["t1"])
    record = desk.queue.open("c1", "r", ["域名"], "s", [Say("customer", "原话", key="k")], collected=[("域名", "a.cn")])
    desk.queue.take(record.id, "max", "老麦")
    desk.images.keep(record.id, b"\x89PNG\x00\xff", "image/png", 1, 1)
    sent = desk.replies.record("max", "sent", handoff=record.id, evidence=["s/1"])
    desk.replies.propose("max", "标题", "问", "答", sent=sent.id)
    desk.audit.note("max", "viewed", record.id, "c1")
    desk.close()
    return made


def state(at: Settings) -> object:
    desk = Desk(at.database_url)
    try:
        record = desk.queue.all()[0]
        image = desk.images.of(record.id)[0]
        return (
            desk.messages("c1"), desk.feedbacks(), record, desk.queue.lines(record.id), desk.images.data(image.id),
            desk.accounts.all(), desk.replies.reuses(), desk.replies.of(record.id), desk.audit.newest(),
            desk.resume("b"),
        )  # fmt: skip
    finally:
        desk.close()


def test_everything_comes_back(used: Settings, tmp_path: Path) -> None:
    told = backing.backup(used, tmp_path / "b.tar.gz")
    fresh = settings(tmp_path / "fresh")
    assert backing.restore(fresh, tmp_path / "b.tar.gz") == {"rows": told["rows"], "files": 2}
    assert state(fresh) == state(used)
    assert (fresh.knowledge_dir / "approved" / "a1.md").read_text(encoding="utf-8") == "## 批准\n"
    assert (fresh.index_dir / "gate.json").is_file()
    desk = Desk(fresh.database_url)
    assert desk.accounts.check("max", "a long password") is not None
    id = desk.queue.all()[0].id
    assert desk.queue.say(id, "max", Say("agent", "接着说"))[0].id > max(line.id for line in desk.queue.lines(id)[:-1])
    desk.close()


def test_what_is_there_is_replaced_only_on_request(used: Settings, tmp_path: Path) -> None:
    backing.backup(used, tmp_path / "b.tar.gz")
    before = state(used)
    with pytest.raises(DeskError, match="--force"):
        backing.restore(used, tmp_path / "b.tar.gz")
    desk = Desk(used.database_url)
    desk.remember("c9", "user", "later")
    desk.close()
    backing.restore(used, tmp_path / "b.tar.gz", force=True)
    assert state(used) == before
    desk = Desk(used.database_url)
    assert desk.messages("c9") == ()
    desk.close()


def rewritten(path: Path, change: dict[str, bytes | None], names: dict[str, str] | None = None) -> Path:
    """The backup with members changed, left out (None) or called otherwise in the manifest."""
    out = path.with_name("changed.tar.gz")
    with tarfile.open(path) as old, tarfile.open(out, "w:gz") as new:
        for member in old.getmembers():
            data = change.get(member.name, old.extractfile(member).read())  # type: ignore[union-attr]
            if data is None:
                continue
            if member.name == "manifest.json" and names:
                told = json.loads(data)
                told["digests"] = {names.get(name, name): digest for name, digest in told["digests"].items()}
                data = json.dumps(told).encode()
            entry = tarfile.TarInfo(member.name)
            entry.size = len(data)
            new.addfile(entry, io.BytesIO(data))
    return out


@pytest.mark.parametrize(
    ("change", "names", "told"),
    [
        ({"knowledge/part.md": b"changed"}, None, "damaged"),
        ({"database.jsonl": b"{}"}, None, "damaged"),
        ({"knowledge/part.md": None}, None, "lacks"),
        ({"manifest.json": None}, None, "lacks"),
        ({"manifest.json": b"[]"}, None, "no backup of this version"),
        ({"manifest.json": b'{"format": 99, "digests": {}}'}, None, "no backup of this version"),
        ({}, {"knowledge/part.md": "knowledge/../../evil.md"}, "leads elsewhere"),
        ({}, {"knowledge/part.md": "/etc/evil"}, "leads elsewhere"),
    ],
)
def test_a_damaged_backup_changes_nothing(
    used: Settings, tmp_path: Path, change: dict[str, bytes | None], names: dict[str, str] | None, told: str
) -> None:
    backing.backup(used, tmp_path / "b.tar.gz")
    fresh = settings(tmp_path / "fresh")
    with pytest.raises(DeskError, match=told):
        backing.restore(fresh, rewritten(tmp_path / "b.tar.gz", change, names))
    assert not fresh.knowledge_dir.exists() and not (tmp_path / "evil.md").exists()


def test_what_is_no_backup_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"no archive")
    for path in (tmp_path / "x", tmp_path / "none", tmp_path):
        with pytest.raises(DeskError, match="cannot be read"):
            backing.restore(settings(tmp_path / "fresh"), path)


def test_by_the_commands(
    used: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", used.database_url)
    monkeypatch.setenv("KNOWLEDGE_DIR", str(used.knowledge_dir))
    out = str(tmp_path / "b.tar.gz")
    assert main(["backup", out]) == 0 and "files are in" in capsys.readouterr().out
    assert main(["restore", out]) == 1 and "--force" in capsys.readouterr().err
    assert main(["restore", out, "--force"]) == 0 and "ingest" in capsys.readouterr().out
    assert main(["backup", str(tmp_path / "no" / "where.tar.gz")]) == 1
