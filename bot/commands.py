"""What each command does: input checked first, then the work, then its result in one piece."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot import administer, asking, examine, keeping, launch, wire
from bot.errors import DeskError, QuestionError
from bot.evaluate import compare, exports, lines, report, tables
from bot.records import Answer, Question, Sentence
from bot.reply import calibration
from bot.reply.live import LiveAssistant
from bot.reply.sheet import sheet
from bot.settings import Settings
from bot.tickets import rulings


def ingest(settings: Settings, args: argparse.Namespace) -> None:
    if args.if_missing and wire.latest(settings):
        return
    paths: list[Path] = args.paths or [settings.knowledge_dir]
    if args.progress:
        result = keeping.ingest(settings, paths, _steps("index"), _steps("read"))
    else:
        with _progress("passages") as advance:
            result = keeping.ingest(settings, paths, advance)
    if args.json:
        print(json.dumps(result, ensure_ascii=False))
        return
    print(f"Read {result['tickets']} tickets from {result['files']} files in {result['seconds']:.1f} s.")
    print(f"{result['passages']} passages, {result['duplicates']} duplicates, {result['conflicts']} conflicts.")
    for name in ("statements", "resolutions", "redactions"):
        counts = ", ".join(f"{kind} {count}" for kind, count in result[name].items())
        print(f"{name.capitalize()}: {counts or 'none'}.")
    for item in result["set_aside"]:
        print(f"Set aside: {item['file']}, line {item['line']}: {item['reason']}")
    for item in result["notes"]:
        print(f"Note: {item['file']}, line {item['line']}: {item['reason']}")
    for conflict in result["contradictions"]:
        values = " against ".join(side["value"] for side in conflict["sides"])
        print(f"Conflict ({conflict['why'] or 'not settled'}): {values}: {conflict['sides'][0]['clauses'][0]}")
    for item in result.get("withheld", ()):
        print(f"Withheld: {item['file']}, line {item['line']}: {item['reason']}")
    print(f"Build {result['build']} is in use.")


def forget(settings: Settings, args: argparse.Namespace) -> None:
    with _progress("passages") as advance:
        result = keeping.forget(settings, args.tickets, advance)
    for ticket in result["before"]:
        print(f"Ticket {ticket} was forgotten before.")
    if result["forgotten"]:
        print(f"Forgotten, and gone from disk: {', '.join(result['forgotten'])}. {result['tickets']} tickets are left.")
    if result["alike"]:
        print(f"The same words stand in {', '.join(result['alike'])}: forget these as well if the words must go.")
    if not result["tickets"]:
        print("No ticket is left: until the next ingest no question can be answered.")
    print(f"Build {result['build']} is in use.")


def review(settings: Settings, args: argparse.Namespace) -> None:
    paths: list[Path] = args.paths or [settings.knowledge_dir]
    out = args.out or (paths[0] if paths[0].is_dir() else paths[0].parent) / rulings.NAME
    result = keeping.review(settings, paths, out)
    print(f"{result['answers']} answers that several tickets give, {result['new_answers']} of them new in {out}.")
    new, unsettled = result["new_conflicts"], result["open_conflicts"]
    print(f"{result['conflicts']} conflicts, {new} of them new, {unsettled} not settled.")
    print("Edit the file, then run `python -m bot ingest`.")


def ask(settings: Settings, args: argparse.Namespace) -> None:
    history = lines.history(args.history) if args.history else ()
    _show(wire.assistant(settings).answer(Question(args.question, history)), args.json)


def draft(settings: Settings, args: argparse.Namespace) -> None:
    made = wire.assistant(settings).propose(lines.read_text(args.file))
    print(json.dumps(made.as_json(), ensure_ascii=False) if args.json else sheet(made))


def answer(settings: Settings, args: argparse.Namespace) -> None:
    batch = [(line, line.question()) for line in lines.read(args.questions)]
    assistant = wire.assistant(settings)
    with lines.whole(args.out) as out, _progress("questions") as advance:
        for done, (line, question) in enumerate(batch, start=1):
            try:
                reply = assistant.answer(question)
            except QuestionError as error:  # one bad question must not cost the batch
                reply = refused(question, str(error), assistant)
            except DeskError as error:
                raise line.error(str(error)) from None
            out.write(json.dumps(reply.as_json(), ensure_ascii=False) + "\n")
            advance(done, len(batch))


def refused(question: Question, why: str, assistant: LiveAssistant) -> Answer:
    """What a customer would be told of a question that is empty or too long, as an Answer."""
    sentence = Sentence(why, "question")
    return Answer(question.id, "clarify", why, (sentence,), engine=assistant.engine, index=assistant.build)


def retrieve(settings: Settings, args: argparse.Namespace) -> None:
    queries = [(_run_field(line, line.id()), line.text("text")) for line in lines.read(args.queries)]
    retriever = wire.retriever(settings)
    with lines.whole(args.out) as out, _progress("queries") as advance:
        for done, (query, text) in enumerate(queries, start=1):
            for rank, hit in enumerate(retriever.similar(text, args.k), start=1):
                out.write(f"{query} Q0 {hit.ticket} {rank} {hit.score:.6f} {exports.TAG}\n")
            advance(done, len(queries))


def evaluate(settings: Settings, args: argparse.Namespace) -> None:
    if args.compare:
        found = compare.compare(*map(compare.load, args.compare))
        tables.compared(found)
        if args.report:
            report.write_comparison(found, args.report)
        return
    options = examine.Options(args.liar, args.judge, args.jobs, None if args.no_cache else args.cache)
    result, given = examine.examine(settings, args.questions, _progress, options)
    last = report.last(result, args.report)
    name = ", ".join(path.name for path in args.questions)
    report.write(result, args.report, name, shlex.join(["python", "-m", "bot", *sys.argv[1:]]), last)
    facts = {(case.source, case.question.id): [nugget.fact for nugget in case.nuggets] for case in given.cases}
    exports.write(result.rows, facts, args.report)
    tables.show(result)
    if last:
        tables.compared(last)
    print(f"Report: {args.report / 'report.html'}")
    if args.calibrate:
        fitted = examine.refine(settings, given.cases, _progress)
        counts = ", ".join(f"{kind} {count}" for kind, count in fitted.questions.items())
        print(f"The gate was fitted to these questions ({counts}): {settings.index_dir / calibration.NAME}")
        if settings.chroma_url:
            print("It is this host's: copy that file into INDEX_DIR of every other one, then restart the workers.")


def questions(settings: Settings, args: argparse.Namespace) -> None:
    if args.action == "check":
        _check(settings, args.files)
        return
    new, made = asking.propose(settings, args.source, args.n, args.out)
    told = f"{new} new candidates from {args.source}, {made - new} were there."
    print(f"{told} Edit them, then set accepted to true.", file=sys.stderr)


def _check(settings: Settings, files: list[Path]) -> None:
    """Raises LineError when `evaluate` would refuse a set."""
    found = asking.check(settings, files)
    for error in found.errors:
        print(error)
    for doubt in found.doubts:
        print(f"To look at: {doubt}")
    counts = ", ".join(f"{kind} {count}" for kind, count in sorted(found.kinds.items()))
    print(f"Sound: {counts or 'none'}. Candidates that nobody has accepted: {found.waiting}.")
    if found.errors:
        raise lines.LineError(f"{len(found.errors)} errors: evaluate refuses these sets.")


def redact(settings: Settings, args: argparse.Namespace) -> None:
    text, findings = keeping.redact_file(settings, lines.read_text(args.file))
    found = [{"type": item.type, "line": item.line, "start": item.start, "end": item.end} for item in findings]
    if args.report:
        with lines.whole(args.report) as file:
            json.dump({"file": args.file.name, "findings": found}, file, ensure_ascii=False, indent=2)
            file.write("\n")
    with lines.whole(args.out or Path("-")) as out:
        out.write(text)
    counts = Counter(item.type for item in findings)
    told = ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items()))
    print(f"Replaced: {told or 'nothing'}.", file=sys.stderr)


def serve(settings: Settings, _: argparse.Namespace) -> None:
    launch.launch(lambda: wire.app(settings), settings)


COMMANDS: dict[str, Callable[[Settings, argparse.Namespace], None]] = {
    "ingest": ingest,
    "forget": forget,
    "review": review,
    "ask": ask,
    "answer": answer,
    "retrieve": retrieve,
    "draft": draft,
    "evaluate": evaluate,
    "questions": questions,
    "redact": redact,
    "serve": serve,
    **administer.COMMANDS,
}


def _run_field(line: lines.Line, value: str) -> str:
    """A run line is split at blanks: an id with one would shift its columns."""
    if len(value.split()) != 1:
        raise line.error('the field "id" must hold no blank: the lines of a run are split there.')
    return value


def _show(reply: Answer, as_json: bool) -> None:
    """The reply for a reader: marks, then the quotes they stand for."""
    if reply.notice:
        print(reply.notice, file=sys.stderr)
    if as_json:
        print(json.dumps(reply.as_json(), ensure_ascii=False))
        return
    print(reply.marked)
    for citation in reply.citations:
        where = f"{citation.source.file} #{citation.source.ordinal}"
        print(f"\n[{citation.n}] {citation.title} ({where}, agree {citation.agree})\n    {citation.quote}")
    if reply.uncovered:
        print("\nNot covered: " + "; ".join(reply.uncovered))
    if reply.handoff:
        print(f"\nHand-over: {reply.handoff.reason}")
        for need in reply.handoff.needs:
            print(f"    - {need}")


@contextmanager
def _progress(noun: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr where that is a terminal; what it yields is told (done, total)."""
    console = Console(stderr=True)
    columns = (TextColumn(noun), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(noun, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _steps(stage: str) -> Callable[[int, int], None]:
    """Progress for a program: a JSON line on stderr for each further percent of a stage."""
    last = -1

    def advance(done: int, total: int) -> None:
        nonlocal last
        if (percent := 100 * done // max(total, 1)) != last:
            last = percent
            print(json.dumps({"stage": stage, "done": done, "total": total}), file=sys.stderr, flush=True)

    return advance
