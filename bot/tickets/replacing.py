"""Files that a reader sees in their old state or their new one, also after a power cut. Knows no content."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path


def replace(path: Path, text: str) -> None:
    """Writes the file anew, in UTF-8; returns when it is on the disk. Raises OSError and leaves it as it was."""
    # No ticket file by its name, so that no build reads it.
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with fresh.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        sync(path.parent)
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Waits until a file, or what a folder says of its files, has reached the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
