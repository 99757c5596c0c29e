"""The command line: `python -m bot COMMAND`. Results go to stdout, everything else to stderr.

This is the edge where errors become one sentence and an exit status: 0 done, 1 failed, 2 wrong use.
"""

from __future__ import annotations

import argparse
import io
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bot import __version__, settings
from bot.errors import DeskError


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # Chinese must come out under LANG=C too
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    top = parser()
    args = top.parse_args(argv)
    if wrong := _clash(args):
        top.error(wrong)
    return guarded(lambda: _run(args))


def guarded(action: Callable[[], int]) -> int:
    """`action`, its errors turned into one sentence on stderr and an exit status."""
    try:
        return action()
    except DeskError as error:
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of stdout left, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        print(f"{error.strerror or error}{where}.", file=sys.stderr)
    except Exception as error:  # nothing may end in a traceback; LOG_LEVEL=DEBUG shows it
        print(f"Unexpected error, {type(error).__name__}: {error} (LOG_LEVEL=DEBUG shows where).", file=sys.stderr)
        logging.getLogger("bot").debug("Where it happened:", exc_info=True)
    return 1


def _run(args: argparse.Namespace) -> int:
    given = {"index_dir": args.index, "host": getattr(args, "host", None), "port": getattr(args, "port", None)}
    loaded = settings.load(**{name: value for name, value in given.items() if value is not None})
    if getattr(args, "if_missing", False) and (loaded.index_dir / "current").is_file() and not loaded.chroma_url:
        return 0  # told before anything heavy is imported: `make run` asks this at every start

    from bot import commands  # heavy, so only now
    from bot.serve import journal

    journal.set_up(loaded.log_level, loaded.log_format)
    commands.COMMANDS[args.command](loaded, args)
    return 0


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--index", type=Path, metavar="DIR", help="folder of the index (default: INDEX_DIR)")
    top = argparse.ArgumentParser(
        prog="python -m bot",
        description="A support desk that answers from past tickets.",
        epilog="Settings come from the environment and .env; .env.example lists them.",
    )
    top.add_argument("--version", action="version", version=__version__)
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def command(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, parents=[common], help=text, description=text)

    ingest = command("ingest", "Build the index from ticket files (.md, .jsonl, .csv).")
    ingest.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="files and folders (default: KNOWLEDGE_DIR)"
    )
    ingest.add_argument("--if-missing", action="store_true", help="do nothing when there is an index")
    ingest.add_argument("--progress", action="store_true", help="tell the progress as JSON lines on standard error")
    _json(ingest)

    forget = command("forget", "Take tickets out of the index for good, though their file still holds them.")
    forget.add_argument("tickets", nargs="+", metavar="TICKET", help="id of a ticket")

    review = command("review", "Write the tickets' common answers and conflicts to a file for a maintainer to edit.")
    review.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="files and folders (default: KNOWLEDGE_DIR)"
    )
    review.add_argument("--out", type=Path, metavar="FILE", help="the file (default: rulings.toml beside the tickets)")

    accounts = command(
        "accounts", "Make, list and change the accounts of staff; passwords are asked for, or read from stdin."
    )
    accounts.add_argument("action", choices=("list", "add", "password", "change", "open", "close"))
    accounts.add_argument("name", nargs="?", metavar="NAME")
    accounts.add_argument("--role", choices=("agent", "maintainer"), help="default: agent")
    accounts.add_argument("--shown", metavar="TEXT", help="the name that customers read (default: NAME)")
    accounts.add_argument("--products", metavar="A,B", help="products whose hand-overs come first (default: all)")
    accounts.add_argument("--no-password", action="store_true", help="for SSO_HEADER: a proxy signs this account in")

    keys = command("keys", "Make, list and revoke the API keys of programs; a key is shown once.")
    keys.add_argument("action", choices=("list", "add", "revoke"))
    keys.add_argument("name", nargs="?", metavar="NAME")
    keys.add_argument(
        "--role", choices=("chat", "agent"), default="chat", help="agent: also drafts and metrics (default: chat)"
    )
    keys.add_argument("--per-minute", type=int, default=0, metavar="N", help="requests (default: no quota)")
    keys.add_argument("--per-day", type=int, default=0, metavar="N", help="requests, by UTC (default: no quota)")

    backup = command("backup", "Write database, knowledge and fitted gate to one file; the app may be running.")
    backup.add_argument("out", type=Path, metavar="FILE.tar.gz")

    restore = command("restore", "Bring a backup back into an empty database and knowledge folder; then run ingest.")
    restore.add_argument("file", type=Path, metavar="FILE.tar.gz")
    restore.add_argument("--force", action="store_true", help="replace what is there")

    conversations = command("conversations", "Export or erase what is kept of one customer; purge what is old.")
    conversations.add_argument("action", choices=("export", "erase", "purge"))
    conversations.add_argument("id", nargs="?", metavar="NUMBER", help="of a hand-over or a conversation")
    conversations.add_argument("--out", type=Path, metavar="FILE", help="where to export to (default: standard output)")

    ask = command("ask", "Answer one question.")
    ask.add_argument("question", metavar="QUESTION")
    ask.add_argument("--history", type=Path, metavar="FILE", help="earlier messages, as a JSON list or JSON lines")
    _json(ask)

    answer = command("answer", "Answer a batch of questions: {id, question, history?} in, one Answer a line out.")
    answer.add_argument("questions", type=Path, metavar="QUESTIONS.jsonl")
    answer.add_argument("--out", type=Path, required=True, metavar="ANSWERS.jsonl")

    retrieve = command("retrieve", "Rank tickets for queries: {id, text} in, a TREC run out.")
    retrieve.add_argument("queries", type=Path, metavar="QUERIES.jsonl")
    retrieve.add_argument("--out", type=Path, required=True, metavar="RUN.trec")
    retrieve.add_argument("--k", type=_positive, default=10, help="tickets a query (default: 10)")

    draft = command("draft", "Draft a reply for an agent from a whole ticket.")
    draft.add_argument("file", type=Path, metavar="FILE", help="the ticket, or - for standard input")
    _json(draft)

    evaluate = command("evaluate", "Put labelled question sets through the assistant, or compare two reports.")
    evaluate.add_argument("questions", nargs="*", type=Path, metavar="QUESTIONS.jsonl")
    evaluate.add_argument("--report", type=Path, metavar="DIR", help="for report.json, report.html and the exports")
    evaluate.add_argument(
        "--compare", nargs=2, type=Path, metavar=("A", "B"), help="paired differences of two reports; nothing is asked"
    )
    evaluate.add_argument("--jobs", type=_positive, default=1, help="questions asked at a time (default: 1)")
    evaluate.add_argument(
        "--cache", type=Path, metavar="DIR", default=Path("var/answers"), help="earlier answers (default: var/answers)"
    )
    evaluate.add_argument("--no-cache", action="store_true", help="ask everything anew")
    evaluate.add_argument(
        "--liar", action="store_true", help="also stand a model that lies, and one that fails, behind the desk"
    )
    evaluate.add_argument(
        "--judge", action="store_true", help="also ask the configured model whether sentences stand in what they cite"
    )
    evaluate.add_argument(
        "--calibrate", action="store_true", help="then fit the gate to these questions, in gate.json beside the index"
    )

    questions = command("questions", "Check question sets, or propose candidates for new ones.")
    actions = questions.add_subparsers(dest="action", metavar="ACTION", required=True)
    check = actions.add_parser("check", parents=[common], help="tell all that is wrong with sets")
    check.add_argument("files", nargs="+", type=Path, metavar="FILE")
    new = actions.add_parser("new", parents=[common], help="propose candidates for a person to edit and accept")
    new.add_argument("--from", dest="source", choices=("tickets", "use"), default="tickets", help="(default: tickets)")
    new.add_argument("--n", type=_positive, default=50, help="candidates at most (default: 50)")
    new.add_argument(
        "--out", type=Path, metavar="FILE", default=Path("-"), help="where they go (default: standard output)"
    )

    redact = command("redact", "Replace what is private in a ticket file by placeholders.")
    redact.add_argument("file", type=Path, metavar="FILE", help="the file, or - for standard input")
    redact.add_argument("--out", type=Path, metavar="FILE", help="where the text goes (default: standard output)")
    redact.add_argument("--report", type=Path, metavar="FILE", help="the findings as JSON: types and places, no values")

    serve = command("serve", "Serve the pages and the API.")
    serve.add_argument("--host", help="address to serve on (default: HOST)")
    serve.add_argument("--port", help="port to serve on (default: PORT)")
    return top


def _clash(args: argparse.Namespace) -> str:
    """What of the arguments does not go together; "" where all does."""
    if args.command != "evaluate":
        return ""
    if args.compare:
        return "--compare takes two reports and no questions" if args.questions else ""
    if not args.questions:
        return "name a question set, or two reports with --compare"
    return "" if args.report else "--report DIR is missing: where should the report go?"


def _json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print JSON")


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
