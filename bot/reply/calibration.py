"""What a measure means for this build: each is held against titles asked with and without their own ticket.

A new company has no labels, and another embedding another scale. So a build asks its own titles: what a
question reaches whose answer is there is 1, what one reaches whose ticket was taken away is 0. A direction
in the space of vectors tells the build's tickets from matters of elsewhere (elsewhere.txt). Weights fitted
to labelled questions (`evaluate --calibrate`) lie in the same file beside the pointer, and outlive builds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from bot.records import Ticket
from bot.reply.evidence import Library, Match, Retriever, weigh
from bot.reply.signals import measure

NAME = "gate.json"
ASKED = 200  # titles asked: enough for a mean, and about three seconds
RIDGE = 2.0
SCALED = ("dense", "near", "best")
_FOUND = 10

Floats = NDArray[np.float64]


class Encoder(Protocol):
    """Makes vectors of texts (an embedding)."""

    name: str

    def embed_documents(self, texts: list[str]) -> list[list[float]]: ...


@dataclass(frozen=True, slots=True)
class Weights:
    """A logistic model: log-odds are `bias` and each measure times its weight. Above 0 the answer is yes."""

    bias: float
    of: Mapping[str, float]

    def odds(self, values: Mapping[str, float]) -> float:
        return self.bias + sum(weight * values[name] for name, weight in self.of.items())


@dataclass(frozen=True, slots=True)
class Direction:
    """A plane in the space of an embedding: above 0 lies what is this desk's business."""

    of: Sequence[float] = ()
    offset: float = 0.0

    def lean(self, vector: Sequence[float]) -> float:
        if len(vector) != len(self.of):
            return 0.0
        return float(np.dot(np.asarray(self.of), np.asarray(vector))) + self.offset


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was fitted to labelled questions over one embedding; `questions` says to how many of which kind."""

    embedding: str
    answer: Weights
    domain: Weights
    direction: Direction = Direction()
    questions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Calibration:
    """The scales of one build: `without` and `spread` by measure."""

    build: str = ""
    without: Mapping[str, float] = field(default_factory=dict)
    spread: Mapping[str, float] = field(default_factory=dict)
    direction: Direction = Direction()
    fitted: Fitted | None = None

    def scaled(self, values: Mapping[str, float]) -> dict[str, float]:
        """The measures with those that depend on the embedding or the size of the build on their common scale."""
        return {
            **values,
            **{name: (values[name] - self.without[name]) / self.spread[name] for name in self.without},
        }

    def lean(self, vector: Sequence[float]) -> float:
        """Above 0 for a text nearer to this desk's business than to matters of elsewhere."""
        direction = self.fitted.direction if self.fitted and self.fitted.direction.of else self.direction
        return direction.lean(vector)


def calibrate(library: Library, retriever: Retriever, match: Match, encoder: Encoder) -> Calibration:
    """The scales of a build, from its own tickets. A build without a title that can be asked has the default ones."""
    tickets = list(library.tickets.values())
    step = max(len(tickets) // ASKED, 1)
    with_own, without = [], []
    for ticket in tickets[::step]:
        if not re.search(r"\w", ticket.title):
            continue
        own = _kin(library, ticket)
        with_own.append(_reached(ticket.title, library, retriever, match, set()))
        without.append(_reached(ticket.title, library, retriever, match, own))
    if len(with_own) < 2:
        return Calibration(library.id)
    high, low = np.mean(with_own, axis=0), np.mean(without, axis=0)
    spread = np.maximum(high - low, 0.02 * np.maximum(np.abs(high), 1e-6))
    return Calibration(
        library.id,
        dict(zip(SCALED, low.tolist(), strict=True)),
        dict(zip(SCALED, spread.tolist(), strict=True)),
        direction(*sides(library, encoder)),
    )


def load(folder: Path, build: str, embedding: str) -> Calibration:
    """The calibration in a folder; without scales where it is of another build.

    What was fitted over another embedding is left out, and what we fitted ourselves taken for it.
    """
    try:
        found = _file.validate_json((folder / NAME).read_bytes())
    except (OSError, ValidationError):
        found = Calibration()
    fitted = found.fitted if found.fitted and found.fitted.embedding == embedding else shipped(embedding)
    return replace(found, fitted=fitted) if found.build == build else Calibration(fitted=fitted)


@lru_cache(maxsize=4)
def shipped(embedding: str) -> Fitted:
    """What we fitted (fitted.json beside this module); its direction holds for its own embedding only."""
    fitted = _fitted.validate_json(files("bot.reply").joinpath("fitted.json").read_bytes())
    return fitted if fitted.embedding == embedding else replace(fitted, direction=Direction())


def save(folder: Path, calibration: Calibration) -> None:
    """Replaces the file in one step."""
    part = folder / f".{NAME}.part"
    part.write_bytes(_file.dump_json(calibration, indent=1))
    part.replace(folder / NAME)


_file = TypeAdapter(Calibration)
_fitted = TypeAdapter(Fitted)


def _kin(library: Library, ticket: Ticket) -> set[str]:
    """The ticket and those that give one of its answers."""
    kin = {ticket.id}
    for row in library.statements.get(ticket.id, ()):
        kin.update(library.sources.get(row.same or row.id, ()))
    return kin


def _reached(question: str, library: Library, retriever: Retriever, match: Match, apart: set[str]) -> list[float]:
    """The measures of SCALED for a question, as if the tickets in `apart` were not there."""
    hits = [hit for hit in retriever.search(question, _FOUND + len(apart)) if hit.ticket not in apart][:_FOUND]
    evidence = weigh(question, hits, library, retriever, match)
    reached = measure(question, hits, evidence, "", {})
    return [reached.values.get(name, 0.0) for name in SCALED]


def sides(library: Library, encoder: Encoder) -> tuple[Floats, Floats]:
    """Vectors of what this build's customers wrote, and of elsewhere.txt."""
    tickets = list(library.tickets.values())
    asked = tickets[:: max(len(tickets) // ASKED, 1)]
    ours = [text for ticket in asked for text in {ticket.title, ticket.question[:200]} if re.search(r"\w", text)]
    one, other = (np.asarray(encoder.embed_documents(list(texts)), np.float64) for texts in (ours, elsewhere()))
    return one, other


def direction(ours: Floats, other: Floats) -> Direction:
    """Ridge regression of +1 for one side's vectors and -1 for the other's, both sides weighing the same."""
    if not len(ours) or not len(other):
        return Direction()
    rows = np.r_[ours, other]
    sign = np.repeat([1.0, -1.0], [len(ours), len(other)])
    weight = np.repeat([0.5 * len(rows) / len(ours), 0.5 * len(rows) / len(other)], [len(ours), len(other)])
    padded = np.c_[rows, np.ones(len(rows))]
    gram = padded.T @ (weight[:, None] * padded) + RIDGE * np.diag([*np.ones(rows.shape[1]), 1e-6])
    solved = np.linalg.solve(gram, padded.T @ (weight * sign)).round(4)
    return Direction(solved[:-1].tolist(), float(solved[-1]))


@lru_cache(maxsize=1)
def elsewhere() -> tuple[str, ...]:
    """What people ask other desks, other assistants and each other."""
    table = files("bot.reply").joinpath("elsewhere.txt").read_text(encoding="utf-8")
    return tuple(line.strip() for line in table.splitlines() if line.strip() and not line.startswith("#"))
