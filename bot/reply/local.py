"""A model file served inside this process: llama.cpp behind a loopback port, in OpenAI's protocol.

The file is whatever the maintainer has; nothing is fetched. Its own chat template is used, and where it has none
(a base model) ours, which puts the prompt before the model as it stands.
"""

from __future__ import annotations

import logging
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.errors import SettingError

CONTEXT = 8192  # tokens: the evidence, what was said, the rules, and a reply of six long sentences
TEMPLATE = "{% for message in messages %}{{ message['content'] }}\n{% endfor %}"
_MAGIC = b"GGUF"
_HEAD = 32 * 2**20  # bytes; a file's facts stand before its weights
_kept: list[Any] = []  # a server ends when nobody holds it


@lru_cache(maxsize=2)
def serve(path: Path) -> str:
    """The address of the server, which is started once a file; raises SettingError where it cannot be."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise SettingError(f"LLM_GGUF={path} cannot be read: {error.strerror}.") from None
    if not head.startswith(_MAGIC):
        raise SettingError(f"LLM_GGUF={path} is no GGUF file.")
    try:
        import xllamacpp  # type: ignore[import-untyped]
    except ImportError:
        raise SettingError("LLM_GGUF needs the package xllamacpp: run `make local-llm` first.") from None
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_ctx = CONTEXT
    params.n_parallel = 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = min(os.cpu_count() or 1, 4)
    params.verbosity = 0
    if b"tokenizer.chat_template" not in head:
        params.chat_template = TEMPLATE
        params.use_jinja = True
    try:
        server = xllamacpp.Server(params)
    except (RuntimeError, ValueError) as error:
        raise SettingError(f"LLM_GGUF={path} could not be loaded: {error}.") from None
    _kept.append(server)
    address = f"{server.listening_address}/v1"
    logging.getLogger(__name__).info("%s is served on %s", path.name, address)
    return address
