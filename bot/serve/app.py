"""The app factory: routes, pages and guards put together over the collaborators it is given.

Chooses no implementation and reads no environment; `bot.wire` calls it.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from bot.desk.store import Desk
from bot.evaluate.gaps import Vectors
from bot.serve import errors, telemetry
from bot.serve.access import Access
from bot.serve.api import Api
from bot.serve.core import Assistant
from bot.serve.middleware import Guard
from bot.serve.pages import assets, chat, staff
from bot.serve.rebuild import Rebuild
from bot.serve.shell import Shell
from bot.settings import Settings
from bot.tickets.approved import FOLDER

OWN = ("/v1", "/api", "/healthz", "/metrics", "/docs", "/openapi.json", "/ui", "/favicon.ico")


def create_app(
    assistant: Assistant,
    desk: Desk,
    settings: Settings,
    redact: Callable[[str], str],
    report_dir: Path = Path("var/report"),
    rebuild: Callable[[], Sequence[str]] | None = None,
    values: Callable[[str], Sequence[tuple[str, str]]] = lambda text: (),
    vectors: Vectors | None = None,
) -> FastAPI:
    """The whole served side. `redact` is applied to whatever is remembered, `values` tells an agent what it hides;
    `rebuild` gives the command for it; `vectors` are those by which questions are grouped."""
    # Gradio asks its vendor for its newest version at start, unless its own switch says no.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    numbers = telemetry.Telemetry()
    access = Access(_plain(settings.api_key), _plain(settings.staff_key))
    rebuilding = Rebuild(rebuild) if rebuild else None
    app = FastAPI(title="Support desk", docs_url=None, redoc_url=None, openapi_url=None, lifespan=_ending(rebuilding))
    # What the pages of approved answers and of gaps look into beside the assistant and the desk.
    app.state.approved, app.state.vectors, app.state.redact = settings.knowledge_dir / FOLDER, vectors, redact
    errors.install(app, numbers)
    api = Api(assistant, desk, access, numbers, redact, settings.question_chars)
    api.attach(app)
    assets.attach(app)
    staff.attach(app, assistant, desk, access, numbers, report_dir, rebuilding)
    errors.fence(app, (*OWN, *staff.PATHS))
    chat.mount(app, assistant, desk, redact, numbers, values)
    app.add_middleware(Shell)
    app.add_middleware(Guard, own=(*OWN, *staff.PATHS))
    return app


def _ending(rebuild: Rebuild | None) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """A rebuild that is running when the app ends, ends with it."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        if rebuild:
            await run_in_threadpool(rebuild.stop)

    return lifespan


def _plain(secret: object) -> str:
    value = getattr(secret, "get_secret_value", None)
    return str(value()) if value else ""
