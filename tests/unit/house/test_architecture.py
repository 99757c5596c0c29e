"""What the documents name is there, and docs/architecture.md names every module."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from bot.settings import Settings

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "architecture.md"
DOCS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
MADE = {"knowledge/rulings.toml", "knowledge/approved", "knowledge/forgotten.txt"}  # by commands, where there is need
MODULES = {path for path in (ROOT / "bot").rglob("*.py") if "migrations" not in path.parts}


def code(text: str) -> list[str]:
    """What stands between backticks outside fenced blocks."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S))


def sections(text: str) -> dict[str, str]:
    """The text of each section about a room, by its folder."""
    parts = re.split(r"^#{2,3} (.*)$", text, flags=re.M)
    return {name.strip("`"): body for name, body in zip(parts[1::2], parts[2::2], strict=True) if name.startswith("`")}


@cache
def defined() -> tuple[set[str], set[str]]:
    """`module.function`, `Class.method` and `Class` of bot/, and the functions of all tests."""
    names: set[str] = set()
    for path in MODULES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                names |= {node.name, f"{path.stem}.{node.name}"}
            if isinstance(node, ast.ClassDef):
                inner = [row for row in node.body if isinstance(row, ast.FunctionDef | ast.AsyncFunctionDef)]
                names |= {f"{node.name}.{row.name}" for row in inner}
    tests = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    return names, {name for text in tests for name in re.findall(r"^def (test_\w+)", text, re.M)}


def test_every_module_stands_in_its_room_once() -> None:
    named = [
        ROOT / room / name
        for room, text in sections(PAGE.read_text(encoding="utf-8")).items()
        for name in code(text)
        if name.endswith(".py")
    ]
    assert len(named) == len(set(named))
    # A package whose __init__ only says what it is needs no line.
    silent = {path for path in MODULES if path.name == "__init__.py" and len(ast.parse(path.read_text()).body) == 1}
    assert sorted(set(named)) == sorted(MODULES - (silent - set(named)))


def test_every_function_test_and_setting_that_it_names_is_there() -> None:
    names, tests = defined()
    told = code(PAGE.read_text(encoding="utf-8"))
    dotted = [name for name in told if re.fullmatch(r"\w+\.\w+", name) and not name.endswith((".py", ".json", ".md"))]
    assert len(dotted) > 40 and not [name for name in dotted if name not in names]
    held = [name for name in told if re.fullmatch(r"test_\w+", name)]
    assert len(held) > 15 and not [name for name in held if name not in tests]
    classes = [name for name in told if re.fullmatch(r"[A-Z][a-z]+(?:[A-Z][a-z]+)*", name)]
    assert classes and not [name for name in classes if name not in names]
    keys = re.findall(r"\b[A-Z]+_[A-Z_]+\b", PAGE.read_text(encoding="utf-8"))
    assert keys and {key.lower() for key in keys} <= set(Settings.model_fields)


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_every_link_and_every_file_that_a_document_names_is_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    wrong = []
    for target in re.findall(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"", prose):
        link, _, anchor = next(filter(None, target)).partition("#")
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        found = path.parent / link if link else path
        if not found.exists() or (anchor and anchor not in anchors(found)):
            wrong.append("".join(target))
    names = code(prose)
    files = [name for name in names if re.fullmatch(r"(?:bot|docs|tests|prompts|knowledge|\.ci)/[\w./-]+", name)]
    wrong += [name for name in files if not (ROOT / name).exists() and name.rstrip("/") not in MADE]
    tests = [name for name in names if re.fullmatch(r"test_\w+\.py", name)]
    wrong += [name for name in tests if not any((ROOT / "tests").rglob(name))]
    assert not wrong


def anchors(path: Path) -> set[str]:
    """The anchors that GitHub makes of a document's headings."""
    heads = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_the_documents_are_all_named_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [doc.name for doc in DOCS if doc.parent.name == "docs" and f"docs/{doc.name}" not in text]
    assert not missing
