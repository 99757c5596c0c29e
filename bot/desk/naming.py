"""What accounts and programs may be called, and what is kept of a secret that they or a browser hold."""

from __future__ import annotations

import hashlib
import re

from bot.errors import AccountError

_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")


def named(name: str, zh: str, en: str) -> str:
    """A name as it is kept; raises AccountError where it is none. `zh` and `en` say whose name it is."""
    name = name.strip().lower()
    if not _NAME.fullmatch(name):
        raise AccountError(
            f"{zh}只能包含字母、数字和 . _ @ -，最多 64 个字符。"
            f" {en} takes letters, digits and . _ @ -, at most 64 of them."
        )
    return name


def digest(secret: str) -> str:
    """For secrets that are random: they cannot be guessed, so a fast digest will do. None has none."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest() if secret else ""
