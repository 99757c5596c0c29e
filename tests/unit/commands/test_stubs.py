from __future__ import annotations

import subprocess
import sys

import pytest

SHOWN = """
from bot import stubs
stubs.skip()
stubs.skip()
import sys
assert sum(type(finder).__module__ == "bot.stubs" for finder in sys.meta_path) == 1
import gradio
from gradio import component_meta
print(component_meta.create_or_modify_pyi.__module__, callable(gradio.Textbox))
"""


@pytest.mark.slow
def test_gradio_writes_no_stubs_and_works() -> None:
    done = subprocess.run([sys.executable, "-c", SHOWN], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["bot.stubs", "True"], done.stderr
