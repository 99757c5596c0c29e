"""Backup and restore of what cannot be made again: the database, the knowledge files, the fitted gate.

One .tar.gz with a manifest of digests, written whole or not at all. The index is no part of it: `ingest` makes it.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from bot.desk.dump import dumped, loaded
from bot.desk.work import Work
from bot.errors import DeskError
from bot.reply import calibration
from bot.settings import Settings

FORMAT = 1
MANIFEST, DATABASE, KNOWLEDGE, GATE = "manifest.json", "database.jsonl", "knowledge", "gate.json"


class BackupError(DeskError):
    """A backup that cannot be written, read or restored as asked."""


def backup(settings: Settings, out: Path) -> dict[str, int]:
    """Writes the backup; how many rows and files are in it. The app may be running."""
    files = {f"{KNOWLEDGE}/{path.relative_to(settings.knowledge_dir).as_posix()}": path for path in _files(settings)}
    gate = settings.index_dir / calibration.NAME
    if gate.is_file():
        files[GATE] = gate
    digests: dict[str, str] = {}
    handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
    try:
        with (
            os.fdopen(handle, "wb") as raw,
            tarfile.open(fileobj=raw, mode="w:gz") as tar,
            tempfile.TemporaryFile() as table,
        ):
            rows = 0
            work = Work(settings.database_url)
            try:
                for line in dumped(work):
                    table.write(line.encode())
                    rows += 1
            finally:
                work.close()
            size = table.tell()
            table.seek(0)
            digests[DATABASE] = hashlib.file_digest(table, "sha256").hexdigest()
            table.seek(0)
            tar.addfile(_entry(DATABASE, size), table)
            for member, path in files.items():
                data = path.read_bytes()
                digests[member] = hashlib.sha256(data).hexdigest()
                tar.addfile(_entry(member, len(data)), io.BytesIO(data))
            told = {"format": FORMAT, "made": datetime.now(UTC).isoformat(), "rows": rows, "digests": digests}
            data = json.dumps(told, indent=1).encode()
            tar.addfile(_entry(MANIFEST, len(data)), io.BytesIO(data))
        Path(name).replace(out)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return {"rows": rows, "files": len(files)}


def restore(settings: Settings, path: Path, force: bool = False) -> dict[str, int]:
    """Brings a backup back: checked whole before anything is changed. `force` replaces what is there."""
    try:
        with tarfile.open(path, "r:gz") as tar:
            digests = _checked(tar, path)
            present = [member for member in digests if member.startswith(f"{KNOWLEDGE}/")]
            if any(settings.knowledge_dir.rglob("*.*")) and not force:
                raise BackupError(f"{settings.knowledge_dir} holds files already; --force replaces what is there.")
            work = Work(settings.database_url)
            try:
                rows = loaded(work, (line.decode() for line in _open(tar, DATABASE)), force)
            finally:
                work.close()
            for member in present:
                target = settings.knowledge_dir / PurePosixPath(member).relative_to(KNOWLEDGE)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(_open(tar, member).read())
            if GATE in digests:
                settings.index_dir.mkdir(parents=True, exist_ok=True)
                (settings.index_dir / calibration.NAME).write_bytes(_open(tar, GATE).read())
    except (tarfile.TarError, EOFError, OSError) as error:
        raise BackupError(f"{path} cannot be read as a backup: {error}.") from None
    return {"rows": rows, "files": len(present)}


def _checked(tar: tarfile.TarFile, path: Path) -> dict[str, str]:
    """The digests of the manifest, each held against what is there; no name may lead out of its folder."""
    try:
        told = json.load(_open(tar, MANIFEST))
        digests = {str(name): str(digest) for name, digest in told["digests"].items()}
        fits = told["format"] == FORMAT and DATABASE in digests
    except (ValueError, KeyError, TypeError, AttributeError):
        fits, digests = False, {}
    if not fits:
        raise BackupError(f"{path} is no backup of this version.")
    for name, digest in digests.items():
        pure = PurePosixPath(name)
        if pure.is_absolute() or ".." in pure.parts or "\\" in name:
            raise BackupError(f"{path} holds a name that leads elsewhere: {name}.")
        if hashlib.file_digest(_open(tar, name), "sha256").hexdigest() != digest:
            raise BackupError(f"{path} is damaged: {name} is not what it was.")
    return digests


def _open(tar: tarfile.TarFile, name: str) -> io.BufferedReader:
    try:
        found = tar.extractfile(name)
    except KeyError:
        found = None
    if found is None:
        raise BackupError(f"The backup lacks {name}.")
    return found  # type: ignore[return-value]


def _files(settings: Settings) -> list[Path]:
    return sorted(
        path for path in settings.knowledge_dir.rglob("*") if path.is_file() and not path.name.startswith(".")
    )


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime, entry.mode = size, int(datetime.now(UTC).timestamp()), 0o600
    return entry
