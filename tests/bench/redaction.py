"""How much redaction finds and how much it spoils, as tables.

    python tests/bench/redaction.py LABELLED.jsonl [...] [--misses] [--links PATH ...]

A labelled line is {text, spans: [{type, start, end, value}]}. Recall goes by the file's types, precision by ours.
`--links` takes ticket files and folders and lists every vendor or public link and every version number in them
that was damaged (a customer's own part of such a link may go, and is counted apart). `--misses` prints what was
not covered: use it on invented values only. Exit status 1 when a link or version was damaged.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from rich.console import Console
from rich.table import Table

from bot.settings import Settings
from bot.tickets.mending import links
from bot.tickets.privacy.hosts import owner
from bot.tickets.privacy.redaction import Redactor

# Three parts are a version wherever they stand; two or four only behind what is called one.
VERSION = re.compile(
    r"(?<![\d.])\d{1,3}\.\d{1,4}\.\d{1,5}(?![.\d])|(?<![A-Za-z])[vV]\d+(?:\.\d+)+|"
    r"(?:(?:版本号?|version|sdk|[A-Za-z]+/)\s?)(?P<v>\d+(?:\.\d+)+)|(?P<b>\d+(?:\.\d+)+)(?=\s?版本)",
    re.I,
)
OWN = {"账号", "空间名", "密钥", "域名", "编号", "邮箱", "电话"}  # what may go from a link that stays


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labelled", nargs="*", type=Path)
    parser.add_argument("--links", nargs="+", type=Path, default=[], metavar="PATH")
    parser.add_argument("--misses", action="store_true", help="print uncovered values and findings without a label")
    args = parser.parse_args()
    vendor = tuple(Settings(_env_file=None).vendor_domains.split(","))  # type: ignore[call-arg]
    redactor, console = Redactor(vendor), Console(width=100)
    for path in args.labelled:
        measure(path, redactor, console, args.misses)
    return 1 if args.links and damage(args.links, redactor, vendor, console) else 0


def measure(path: Path, redactor: Redactor, console: Console, misses: bool) -> None:
    recall: dict[str, Counter[str]] = defaultdict(Counter)
    precision: dict[str, Counter[str]] = defaultdict(Counter)
    plain = changed = 0
    for row in map(json.loads, path.read_text("utf-8").splitlines()):
        text = row["text"]
        clean, findings = redactor.redact(text)
        places = [(finding.start, finding.end) for finding in findings]
        for span in row["spans"]:
            start, end = span["start"], span["end"]
            covered = sum(max(0, min(end, right) - max(start, left)) for left, right in places)
            whole = covered == end - start
            recall[span["type"]].update(spans=1, whole=whole, partial=bool(covered) and not whole)
            recall[span["type"]]["gone"] += span["value"] not in clean
            if misses and not whole:
                console.print(f"missed {span['type']}: {span['value']!r} in {text!r}", markup=False, highlight=False)
        for finding in findings:
            hit = any(finding.start < span["end"] and span["start"] < finding.end for span in row["spans"])
            precision[finding.type].update(findings=1, right=hit)
            if misses and not hit:
                value = text[finding.start : finding.end]
                console.print(f"no label {finding.type}: {value!r} in {text!r}", markup=False, highlight=False)
        plain += not row["spans"]
        changed += not row["spans"] and clean != text
    table = Table("type in the file", "spans", "whole", "recall", "partly", "value gone", title=path.name)
    for kind, count in (*sorted(recall.items()), ("all", sum(recall.values(), Counter()))):
        cells = (str(count["spans"]), str(count["whole"]), _share(count["whole"], count["spans"]))
        table.add_row(kind, *cells, str(count["partial"]), _share(count["gone"], count["spans"]))
    console.print(table)
    table = Table("our type", "findings", "with a label", "precision")
    for kind, count in (*sorted(precision.items()), ("all", sum(precision.values(), Counter()))):
        cells = (str(count["findings"]), str(count["right"]), _share(count["right"], count["findings"]))
        table.add_row(kind, *cells)
    console.print(table)
    console.print(f"Texts without a span: {plain}, changed: {changed}.")


def damage(paths: list[Path], redactor: Redactor, vendor: tuple[str, ...], console: Console) -> int:
    """Lists what was spoiled in ticket files and returns how much."""
    table = Table("file", "vendor links", "public links", "own part gone", "versions", "damaged")
    lost = 0
    for path in _tickets(paths):
        text = path.read_text("utf-8")
        found = [(finding.start, finding.end, finding.type) for finding in redactor.redact(text)[1]]
        count: Counter[str] = Counter()
        taken: list[tuple[int, int]] = []
        for link in links(text):
            taken.append((link.start, link.end))
            host = re.sub(r"^https?://|[/?#:].*$", "", link.url).replace("*", "x")
            whose = owner(host, vendor, linked=True)
            if whose not in ("vendor", "public"):
                continue
            count[whose] += 1
            kinds = {kind for start, end, kind in found if start < link.end and link.start < end}
            count["own"] += bool(kinds) and kinds <= OWN
            if kinds - OWN:
                count["damaged"] += 1
                console.print(f"{path.name}: {link.url} ({', '.join(kinds)})", markup=False, highlight=False)
        for match in VERSION.finditer(text):
            left, right = next((match.span(name) for name in ("v", "b") if match.group(name)), match.span())
            if any(start <= left < end for start, end in taken):
                continue  # a number in a link is the link's
            count["versions"] += 1
            kinds = {kind for start, end, kind in found if start < right and left < end}
            if kinds:
                count["damaged"] += 1
                around = text[max(0, left - 20) : right + 10].replace("\n", " ")
                console.print(f"{path.name}: {around} ({', '.join(kinds)})", markup=False, highlight=False)
        lost += count["damaged"]
        columns = ("vendor", "public", "own", "versions", "damaged")
        table.add_row(path.name, *(str(count[name]) for name in columns))
    console.print(table)
    console.print(f"Damaged: {lost}.")
    return lost


def _tickets(paths: list[Path]) -> list[Path]:
    return [item for path in paths for item in (sorted(path.rglob("*.md")) if path.is_dir() else [path])]


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"


if __name__ == "__main__":
    sys.exit(main())
