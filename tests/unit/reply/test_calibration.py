"""A build's own scales: kept beside the pointer, and what was fitted outlives builds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.evaluate.fitting import ANSWER, DOMAIN, FitError, Sample, fit, threshold
from bot.reply import calibration
from bot.reply.calibration import Calibration, Direction, Fitted, Weights, calibrate, direction, load, save, shipped
from tests.unit.reply.fakes import FakeLibrary, FakeRetriever, match

OURS = np.array([[1.0, 0.0], [0.9, 0.1]])
OTHER = np.array([[0.0, 1.0], [0.1, 0.9]])


class Encoder:
    name = "fake"

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Letters of this trade one way, all others the other way."""
        ours = set("托盘租金冷库理赔入库门禁卡")
        return [[float(len(ours & set(text))), float(len(set(text) - ours))] for text in texts]


class OwnFirst(FakeRetriever):
    """Finds a title's own ticket, near; another ticket far."""

    def search(self, question: str, k: int = 10):  # type: ignore[no-untyped-def]
        own = next(name for name, ticket in FakeLibrary().tickets.items() if ticket.title == question)
        near, far = super().search(question)
        other = "t2" if own != "t2" else "t1"
        return [replace(near, ticket=own, dense=0.9), replace(far, ticket=other, dense=0.3)]


def test_titles_asked_with_and_without_their_own_ticket_make_the_scale() -> None:
    found = calibrate(FakeLibrary(), OwnFirst(), match, Encoder())
    assert found.build == "build-1"
    assert found.without["dense"] == pytest.approx(0.3)
    assert found.scaled({"dense": 0.9, "near": 0, "best": 0})["dense"] > 0.5
    assert found.direction.of


def test_a_build_without_titles_has_no_scale() -> None:
    assert calibrate(FakeLibrary(tickets={}), FakeRetriever(), match, Encoder()) == Calibration("build-1")


def test_a_direction_tells_two_sides() -> None:
    found = direction(np.repeat(OURS, 50, axis=0), np.repeat(OTHER, 50, axis=0))
    assert found.lean([1.0, 0.0]) > 0.5 and found.lean([0.0, 1.0]) < -0.5
    assert direction(OURS, OTHER[:0]) == Direction()


def test_a_calibration_is_kept_and_what_was_fitted_outlives_the_build(tmp_path: Path) -> None:
    fitted = Fitted("e", Weights(1.0, {"dense": 2.0}), Weights(0.5, {}), Direction([1.0], 0.1), {"oos": 3})
    kept = Calibration("b1", {"dense": 0.1}, {"dense": 0.2}, Direction([1.0]), fitted)
    save(tmp_path, kept)
    assert load(tmp_path, "b1", "e") == kept
    assert load(tmp_path, "b2", "e") == Calibration(fitted=fitted)
    assert load(tmp_path, "b1", "another").fitted == shipped("another")
    assert [path.name for path in tmp_path.iterdir()] == [calibration.NAME]


@pytest.mark.parametrize("damage", [b"", b"{", b'{"build": 3}', b"\xff"])
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / calibration.NAME).write_bytes(damage)
    assert load(tmp_path, "b1", "x") == Calibration(fitted=shipped("x"))


def test_what_we_fitted_names_measures_that_there_are() -> None:
    fitted = shipped("use-multilingual-v3")
    assert set(fitted.answer.of) == set(ANSWER) and set(fitted.domain.of) == set(DOMAIN)
    assert fitted.direction.of and not shipped("another").direction.of


def _samples(count: int) -> list[Sample]:
    """Answerable ones with high measures, unanswerable ones with low ones, and strangers."""
    rng = np.random.default_rng(3)
    found = []
    for kind, level, vector in (("answerable", 1.0, OURS[0]), ("unanswerable", 0.0, OURS[1]), ("oos", -1.0, OTHER[0])):
        for _ in range(count):
            values = {name: level + float(rng.normal(0, 0.2)) for name in {*ANSWER, *DOMAIN}}
            found.append(Sample(kind, values, (vector + rng.normal(0, 0.1, 2)).tolist()))  # type: ignore[arg-type]
    return found


def test_labelled_questions_are_learned() -> None:
    samples = _samples(30)
    fitted = fit(samples, "e", OURS, OTHER)
    assert fitted.embedding == "e" and fitted.questions == {"answerable": 30, "oos": 30, "unanswerable": 30}
    for row in samples:
        values = {**row.values, "lean": fitted.direction.lean(row.vector)}
        # The lowest true one lies on the threshold itself, up to rounding.
        assert (fitted.domain.odds(values) > -0.05) == (row.kind != "oos")
        assert (fitted.answer.odds(values) > -0.05) == (row.kind == "answerable")


def test_too_few_of_a_side_are_refused() -> None:
    with pytest.raises(FitError, match="at least 20"):
        fit(_samples(10), "e", OURS, OTHER)


def test_a_threshold_refuses_no_more_than_it_may() -> None:
    odds, truth = np.arange(100.0), np.r_[np.zeros(40), np.ones(60)]
    assert threshold(odds, truth, 0.05) == pytest.approx(40, abs=0.01)
    mixed = np.r_[np.zeros(90), 1.0, np.zeros(8), 1.0]
    assert threshold(odds, mixed, 0.0) <= 90
