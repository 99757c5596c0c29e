"""The app factory: routes, pages and guards put together over the collaborators it is given.

Chooses no implementation and reads no environment; `bot.wire` calls it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI

from bot.desk.store import Desk
from bot.serve import errors, telemetry
from bot.serve.access import Access
from bot.serve.api import Api
from bot.serve.core import Assistant
from bot.serve.middleware import Guard
from bot.serve.pages import assets, chat, staff
from bot.serve.shell import Shell
from bot.settings import Settings

OWN = ("/v1", "/api", "/healthz", "/metrics", "/docs", "/openapi.json", "/ui", "/favicon.ico")


def create_app(
    assistant: Assistant,
    desk: Desk,
    settings: Settings,
    redact: Callable[[str], str],
    report_dir: Path = Path("var/report"),
) -> FastAPI:
    """The whole served side. `redact` is applied to whatever is remembered."""
    # Gradio asks its vendor for its newest version at start, unless its own switch says no.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    numbers = telemetry.Telemetry()
    access = Access(_plain(settings.api_key), _plain(settings.staff_key))
    app = FastAPI(title="Support desk", docs_url=None, redoc_url=None, openapi_url=None)
    errors.install(app, numbers)
    api = Api(assistant, desk, access, numbers, redact, settings.question_chars)
    api.attach(app)
    assets.attach(app)
    staff.attach(app, assistant, desk, access, numbers, report_dir)
    errors.fence(app, (*OWN, *staff.PATHS))
    chat.mount(app, assistant, desk, redact, numbers)
    app.add_middleware(Shell)
    app.add_middleware(Guard, own=(*OWN, *staff.PATHS))
    return app


def _plain(secret: object) -> str:
    value = getattr(secret, "get_secret_value", None)
    return str(value()) if value else ""
