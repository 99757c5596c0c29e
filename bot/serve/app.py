"""The app factory: routes, pages and guards put together over the collaborators it is given.

Chooses no implementation and reads no environment; `bot.wire` calls it.
"""

from __future__ import annotations

import ipaddress
import logging
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from bot.desk.store import Desk
from bot.errors import DeskError, SettingError
from bot.serve import embed, errors, staff, telemetry
from bot.serve.access import Access
from bot.serve.agents import Agents
from bot.serve.api import Api
from bot.serve.core import Assistant, Tools
from bot.serve.drafts import Drafts
from bot.serve.gate import Gate
from bot.serve.live import Live
from bot.serve.maintainers import Maintainers
from bot.serve.middleware import Direct, Guard
from bot.serve.pages import assets, chat
from bot.serve.pages.gaps import Gaps
from bot.serve.pages.knowledge import Knowledge
from bot.serve.pictures import Pictures
from bot.serve.rebuild import Rebuild
from bot.serve.shelf import Shelf
from bot.serve.shell import Shell
from bot.serve.tracing import Traces
from bot.serve.turns import BESIDE, Turns
from bot.serve.vitals import Vitals
from bot.settings import Settings
from bot.tickets.approved import FOLDER

log = logging.getLogger(__name__)

AT_ONCE = (2 * (os.cpu_count() or 1), 32)
"""Replies written at once by the extractive writer, which works on these cores, and by a model, which is waited for."""
LEAST = 16
"""Characters of a key: a right one is let in whatever was tried before it, so it has to be beyond guessing."""
OWN = (
    "/v1",
    "/api",
    "/livez",
    "/healthz",
    "/readyz",
    "/metrics",
    "/docs",
    "/openapi.json",
    "/ui",
    "/favicon.ico",
    embed.SCRIPT,
)


def create_app(
    assistant: Assistant,
    desk: Desk,
    settings: Settings,
    tools: Tools | None = None,
    report_dir: Path = Path("var/report"),
) -> FastAPI:
    """The whole served side. `tools` are what pages do beside answering."""
    # Gradio asks its vendor for its newest version at start, unless its own switch says no.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    traces = Traces(settings.otlp_endpoint or "")
    numbers = telemetry.Telemetry((settings.price_prompt, settings.price_completion), traces)
    tools = tools or Tools()
    access = Access(
        desk.accounts,
        _plain(settings.api_key),
        _plain(settings.staff_key),
        settings.sso_header,
        networks("SSO_PROXIES", settings.sso_proxies),
        desk.clients,
    )
    for name, key in (("API_KEY", access.api_key), ("STAFF_KEY", access.staff_key)):
        if key and len(key) < LEAST:
            log.warning("%s has fewer than %d characters: it can be guessed.", name, LEAST)
    zone, hosts = zone_of(settings.timezone), embed.origins(settings.embed_origins)
    rebuilding = Rebuild(tools.rebuild, numbers.rebuilt) if tools.rebuild else None
    ends = (*([rebuilding.stop] if rebuilding else []), tools.close, traces.close)
    app = FastAPI(title="Support desk", docs_url=None, redoc_url=None, openapi_url=None, lifespan=_lifespan(ends))
    errors.install(app, numbers)
    at_once = settings.generations or AT_ONCE[_modelled(assistant)]
    turns = Turns(at_once, longest=settings.llm_timeout + BESIDE)
    app.state.busy = lambda: numbers.busy + turns.line  # asked at the end, so that replies in flight are finished
    api = Api(assistant, desk, access, numbers, tools.redact, settings.question_chars, turns)
    api.attach(app)
    Vitals(assistant, desk, numbers, turns).attach(app, api.staff)
    Live(desk).attach(app, numbers)
    shelf = Shelf()
    pictures = Pictures(desk, shelf, tools)
    pictures.attach(app, numbers)
    assets.attach(app)
    embed.attach(app)
    staff.attach(
        app,
        access,
        desk,
        Agents(desk, tools, numbers, zone),
        Drafts(assistant, desk, tools, numbers, zone),
        pictures,
        Maintainers(desk, tools, numbers, zone, settings.four_eyes),
        Knowledge(assistant, rebuilding, settings.knowledge_dir / FOLDER),
        Gaps(assistant, desk, tools),
        numbers,
        report_dir,
    )
    errors.fence(app, (*OWN, *staff.PATHS))
    inputs = chat.mount(app, assistant, desk, numbers, tools, shelf, turns)
    app.add_middleware(Shell, hosts=hosts)
    app.add_middleware(Gate, inputs=inputs)
    app.add_middleware(Guard, own=(*OWN, *staff.PATHS), special=embed.headers(hosts), failed=numbers.failure)
    if settings.proxies:
        trusted = [str(network) for network in networks("PROXIES", settings.proxies)]
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=trusted)
        app.add_middleware(Direct)
    return app


def networks(key: str, text: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    """Raises SettingError where one is none."""
    try:
        return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise SettingError(f"Setting {key} got {text!r}, but it takes networks: {error}.") from None


def zone_of(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise SettingError(f"Setting TIMEZONE got {name!r}, but it takes a zone such as Asia/Shanghai.") from None


def _lifespan(ends: Sequence[Callable[[], None]]) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """What runs beside the app ends with it, one after another."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        for end in ends:
            await run_in_threadpool(end)

    return lifespan


def _modelled(assistant: Assistant) -> bool:
    """Whether a model writes; not while there is nothing to write from."""
    try:
        return assistant.engine != "extractive"
    except DeskError:
        return False


def _plain(secret: object) -> str:
    value = getattr(secret, "get_secret_value", None)
    return str(value()) if value else ""
