"""The errors a user can meet: each message is one clear sentence, ready to be shown.

Nothing here knows who raises them or who tells them.
"""

from __future__ import annotations


class DeskError(Exception):
    """Something a user can meet and mend: the message is one clear sentence, ready to be shown."""


class SettingError(DeskError):
    """A setting has a value that cannot be used."""


class KnowledgeError(DeskError):
    """Ticket files that cannot be read, or hold no ticket."""


class BuildError(DeskError):
    """An index that is missing, damaged, or made by another embedding model."""


class QuestionError(DeskError):
    """A question that cannot be answered as it stands: empty, or too long."""


class WriterError(DeskError):
    """A model that did not write: wrong key, dead or slow server, nonsense.

    `reason`: one word, for logs and counts. `wait`: seconds that the server asked for before another try.
    """

    wait: float = 0.0

    def __init__(self, message: str, reason: str = "failed") -> None:
        super().__init__(message)
        self.reason = reason


class LateError(DeskError):
    """A reply that was not whole in time."""


class StoreError(DeskError):
    """What should have been remembered could not be stored."""


class AccountError(DeskError):
    """An account that cannot be made, changed or entered as asked."""


class ConflictError(DeskError):
    """Somebody else was faster, or the thing has ended: what was asked did not happen."""


class ImageError(DeskError):
    """A picture that is not taken: of another kind, too large, broken, or more than one."""
