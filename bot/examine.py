"""What `evaluate` does: sets through an assistant and the guard, models that lie, fail or judge; the gate fitted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bot import wire
from bot.errors import SettingError
from bot.evaluate import faults, fitting, guard, judge, judging, liar, metrics, run, sets
from bot.evaluate.cache import Cache, digest
from bot.evaluate.guard import Said, Tested
from bot.evaluate.judging import Row
from bot.evaluate.lines import LineError
from bot.evaluate.metrics import Result
from bot.evaluate.questions import Case
from bot.evaluate.run import Reply
from bot.evaluate.scripted import Scripted
from bot.records import Ticket
from bot.reply import calibration
from bot.reply.calibration import Fitted
from bot.reply.live import LiveAssistant
from bot.reply.model import Model
from bot.reply.prompts import FOLDER, Prompt
from bot.settings import Settings
from bot.tickets import expiry

ROUNDS = 2  # of each sentence put before the desk by a lying model
QUICK = 2.0  # seconds that a reply may take while a model fails on purpose
SHOWN = 5  # unknown tickets named in a complaint
Bar = Callable[[str], AbstractContextManager[Callable[[int, int], None]]]
# What of the settings a reply depends on.
_SETTINGS = (
    *("embedding", "embedding_model", "heads_embedding", "openai_base_url", "chat_model", "llm_gguf", "llm_timeout"),
    *("evidence_tokens", "question_chars", "vendor_domains"),
)


@dataclass(frozen=True, slots=True)
class Options:
    """lying: stand a lying and a failing model behind the desk too. judge: ask the model of its sentences. jobs:
    questions at a time. cache: folder of earlier answers, None for none."""

    lying: bool = False
    judge: bool = False
    jobs: int = 1
    cache: Path | None = None


@contextmanager
def silent(noun: str) -> Iterator[Callable[[int, int], None]]:
    """A bar that nobody sees."""
    yield lambda done, total: None


def examine(
    settings: Settings, paths: Sequence[Path], bar: Bar = silent, options: Options | None = None
) -> tuple[Result, sets.Sets]:
    """The result of every set in the files. Whatever is wrong with them is told before anything is asked."""
    options = options or Options()
    given = sets.load(paths)
    spoken = wire.model(settings)
    if options.judge and spoken is None:
        raise SettingError("--judge takes a model: set OPENAI_API_KEY or OPENAI_BASE_URL and CHAT_MODEL, or LLM_GGUF.")
    assistant = wire.assistant(settings)
    library = assistant.library().tickets
    there(given.cases, library)
    memory = Cache(options.cache, made_by(settings, assistant)) if options.cache else None
    with bar("questions") as advance:
        replies = run.replies([case.question for case in given.cases], assistant, memory, options.jobs, advance)
    rows = judged(given.cases, replies, library)
    followups = [
        replace(case, question=replace(case.question, history=())) for case in given.cases if case.kind == "followup"
    ]
    bare = run.replies([case.question for case in followups], assistant, memory, options.jobs)
    notes = [f"{given.waiting} candidates were left out: nobody has accepted them."] if given.waiting else []
    if memory and memory.hits:
        notes.append(
            f"{memory.hits} answers were taken from {options.cache}; their times are of the run that made them."
        )
    with bar("sentences") as advance:
        tested = guard.outcomes(given.items, assistant, advance)
    if options.lying:
        said = [item for item in given.items if isinstance(item, Said)]
        found, told = _lied_to(settings, said, bar)
        tested, notes = tested + found, notes + told
        if sure := next((row.question for row in rows if row.kind == "answerable" and row.verdict == "answered"), ""):
            tested += _failed(settings, sure, bar)
    further: list[metrics.Figure] = []
    if options.judge and spoken:
        sentences = [judge.items(reply.answer, row) for reply, row in zip(replies, rows, strict=True)]
        with bar("replies judged") as advance:
            further, told = judge.opinions(sentences, spoken.complete, Prompt.load("judge"), advance)
        notes += told
    assistant.close()
    alone = judged(followups, bare, library)
    prices = (settings.price_prompt, settings.price_completion)
    return metrics.summarise(rows, tested, alone, notes, prices, further), given


def judged(cases: Sequence[Case], replies: Sequence[Reply], tickets: Mapping[str, Ticket]) -> list[Row]:
    rows = []
    for case, reply in zip(cases, replies, strict=True):
        gold = judging.gold(case, tickets)
        rows.append(judging.judge(case, reply, gold, tickets[gold[0]].product if gold else ""))
    return rows


def there(cases: Sequence[Case], tickets: Mapping[str, Ticket]) -> None:
    """Raises LineError that names what right tickets are not in the index: a set for other knowledge proves nothing."""
    gone = [f"{case.source}, line {case.line}: {item}" for case in cases for item in judging.missing(case, tickets)]
    if gone:
        more = f" and {len(gone) - SHOWN} more" if len(gone) > SHOWN else ""
        raise LineError(
            f'The field "tickets" names tickets that are not in the index: {"; ".join(gone[:SHOWN])}{more}. '
            "Nothing was asked."
        )


def made_by(settings: Settings, assistant: LiveAssistant) -> str:
    """All that an answer depends on but its question, as one text."""
    code = Path(__file__).parent
    rooms = [path for room in ("tickets", "search", "reply") for path in (code / room).rglob("*")]
    files = [path for path in [*rooms, *FOLDER.glob("*")] if path.suffix in (".py", ".txt", ".json", ".npz")]
    files += [code / "records.py", code.parent / "requirements.lock", settings.index_dir / calibration.NAME]
    told = [f"{name}={getattr(settings, name)}" for name in _SETTINGS]
    day = expiry.today()  # what is past its last day is told no longer
    told += [f"-{ticket.id}" for ticket in assistant.library().tickets.values() if expiry.expired(ticket, day)]
    return " ".join([assistant.build, assistant.engine, digest(files), *told])


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
