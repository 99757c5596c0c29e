"""What `evaluate` does: sets through an assistant, the guard, a lying model and a failing one; the gate fitted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from bot import wire
from bot.evaluate import faults, fitting, guard, liar, metrics, run, sets
from bot.evaluate.guard import Said, Tested
from bot.evaluate.metrics import TO_ANSWER, Result
from bot.evaluate.questions import Case
from bot.evaluate.scripted import Scripted
from bot.reply.calibration import Fitted
from bot.reply.live import LiveAssistant
from bot.reply.model import Model
from bot.settings import Settings

ROUNDS = 2  # of each sentence put before the desk by a lying model
QUICK = 2.0  # seconds that a reply may take while a model fails on purpose
Bar = Callable[[str], AbstractContextManager[Callable[[int, int], None]]]


@contextmanager
def silent(noun: str) -> Iterator[Callable[[int, int], None]]:
    """A bar that nobody sees."""
    yield lambda done, total: None


def examine(settings: Settings, paths: Sequence[Path], bar: Bar, lying: bool = False) -> tuple[Result, sets.Sets]:
    """The result of every set in the files; with `lying` also of a model that lies and of one that fails."""
    given = sets.load(paths)
    assistant = wire.assistant(settings)
    followups = [case for case in given.cases if case.kind == "followup"]
    with bar("questions") as advance:
        rows = run.run(given.cases, assistant, advance)
    alone = run.run([replace(case, question=replace(case.question, history=())) for case in followups], assistant)
    odds = [
        (assistant.measured(case.question).odds, case.kind in TO_ANSWER)
        for case in given.cases
        if case.kind not in (*metrics.ATTACKS, "in_scope")
    ]
    with bar("sentences") as advance:
        tested = guard.outcomes(given.items, assistant, advance)
    notes: list[str] = []
    if lying:
        said = [item for item in given.items if isinstance(item, Said)]
        found, notes = _lied_to(settings, said, bar)
        tested += found
        if sure := _sure(given.cases, assistant):
            tested += _failed(settings, sure, bar)
    assistant.close()
    return metrics.summarise(rows, tested, alone, odds, notes), given


def refine(settings: Settings, cases: Sequence[Case], bar: Bar) -> Fitted:
    """Fits the gate to labelled questions; raises FitError where they are too few."""
    assistant = wire.assistant(settings)
    with bar("questions measured") as advance:
        samples = fitting.samples(cases, assistant, advance)
    assistant.close()
    return wire.refined(settings, samples)


def _lied_to(settings: Settings, said: Sequence[Said], bar: Bar) -> tuple[list[Tested], list[str]]:
    """What reached a customer of a lying model, and how long a sentence was held."""
    with Scripted() as server, bar("replies of a liar") as advance:
        spoken = Model("liar", None, server.base_url, settings.llm_timeout, 0)
        trial = liar.trial([*said] * ROUNDS, wire.assistant(settings, spoken), server, advance)
    tested = [replace(item, group=f"in replies, {item.group}") for item in trial.tested]
    notes = [f"{trial.replies} replies of a lying model, each question asked {ROUNDS} times with other lies mixed in."]
    if trial.delays:
        middle, late = np.percentile(trial.delays, [50, 95])
        letters = liar.PACE * 1000
        notes.append(
            f"From the end of the model's first sentence to its release: median {middle:.0f} ms, 95 % within "
            f"{late:.0f} ms ({middle / letters:.0f} and {late / letters:.0f} characters at its pace)."
        )
    return tested, notes


def _failed(settings: Settings, question: str, bar: Bar) -> list[Tested]:
    with Scripted() as server, bar("faults of a model") as advance:
        quick = settings.model_copy(update={"llm_timeout": QUICK})

        import langchain_openai  # noqa: F401 - two seconds that would count as the first fault's

        def fresh() -> LiveAssistant:
            return wire.assistant(quick, Model("faulty", None, server.base_url, QUICK, 0))

        return faults.survived(question, fresh, server, QUICK, advance)


def _sure(cases: Sequence[Case], assistant: LiveAssistant) -> str:
    """The first question that is answered; "" where none is."""
    wanted = (case for case in cases if case.kind == "answerable")
    return next((case.question.text for case in wanted if assistant.answer(case.question).verdict == "answered"), "")
