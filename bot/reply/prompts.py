"""Prompts live once, in prompts/, with $name variables that must all be given.

A prompt's digest travels with every answer. Knows nothing of models.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from string import Template

from bot.errors import SettingError

FOLDER = Path(__file__).resolve().parent.parent.parent / "prompts"


class Prompt:
    """A template read once; `digest` names its exact wording."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        self._template = Template(text)
        if not self._template.is_valid():
            raise SettingError(f"Prompt {name}: a lone $ stands in it; write $$ for the sign itself.")

    @classmethod
    def load(cls, name: str, folder: Path = FOLDER) -> Prompt:
        path = folder / f"{name}.txt"
        try:
            return cls(name, path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise SettingError(f"Prompt {path}: cannot be read ({error}).") from None

    @property
    def variables(self) -> set[str]:
        return set(self._template.get_identifiers())

    def fill(self, **values: str) -> str:
        """The prompt with its variables; one missing or unknown raises SettingError."""
        if set(values) != self.variables:
            wrong = ", ".join(sorted(set(values) ^ self.variables))
            raise SettingError(f"Prompt {self.name}: variables missing or unknown: {wrong}.")
        return self._template.substitute(values)
