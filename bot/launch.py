"""Takes the port, then makes the app, then serves it. Knows nothing of what the app does."""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from bot import stubs
from bot.errors import DeskError
from bot.settings import Settings

LINGER = 3  # seconds that open connections get at the end, once no reply is being written


class LaunchError(DeskError):
    """The address cannot be served on, or the app did not start."""


def launch(make: Callable[[], FastAPI], settings: Settings) -> None:
    """Serves until interrupted. A port in use is told before the app is made, which takes seconds."""
    stubs.skip()
    with _listen(settings.host, settings.port) as listener:
        app = make()
        config = uvicorn.Config(
            app,
            log_config=None,
            log_level=settings.log_level.lower(),
            access_log=False,
            proxy_headers=False,  # who called is who connected: access decides whom of the proxies to believe
            timeout_graceful_shutdown=LINGER,
        )
        server = Server(config, app, settings.llm_timeout)
        print(f"Serving on http://{_shown(settings.host)}:{settings.port}", file=sys.stderr, flush=True)
        server.run(sockets=[listener])
        if not server.started:
            raise LaunchError("The app did not start; the log above says why.")


class Server(uvicorn.Server):
    """Finishes the replies that are being written before it closes; `patience` seconds at most."""

    def __init__(self, config: uvicorn.Config, app: FastAPI, patience: float) -> None:
        super().__init__(config)
        self._app, self._patience = app, patience

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.state.stopping = True
        busy = getattr(self._app.state, "busy", lambda: 0)
        deadline = time.monotonic() + self._patience
        while busy() and time.monotonic() < deadline and not self.force_exit:
            await asyncio.sleep(0.05)
        await super().shutdown(sockets)


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError:
        raise LaunchError(f"HOST={host} is no address of this machine.") from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        raise LaunchError(f"Cannot serve on {_shown(host)}:{port}: {error.strerror}. Set HOST or PORT.") from None
    return listener


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
