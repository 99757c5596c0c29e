"""The staff's door: who may open which route, and what the others see.

Wraps handlers; the account stands in `request.state.account`. What a form of another site sends is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool

from bot.desk.people import Account, Role
from bot.serve.access import MAINTAINER_NEEDED, STAFF_NEEDED, Access, Refusal, allowed, same_origin
from bot.serve.edge import words_of
from bot.serve.errors import Refused
from bot.serve.pages import entry

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
ELSEWHERE = Refusal(403, "This form can be sent from its own page alone.", "cross_origin")


class Door:
    """Over the accounts."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def page(self, role: Role, show: Handler) -> Handler:
        """A page: whoever is not signed in gets the form for it."""

        async def handle(request: Request) -> Response:
            account = await run_in_threadpool(self._access.account, request)
            if account is None:
                return await self._ask(request)
            if not allowed(account, role):
                return entry.forbidden(account, words_of(request))
            return await self._let_in(request, account, show)

        return handle

    def data(self, role: Role, act: Handler) -> Handler:
        """What a script asks for: whoever may not gets an error, not a form."""

        async def handle(request: Request) -> Response:
            account = await run_in_threadpool(self._access.account, request)
            if account is None:
                raise Refused(Refusal(401, STAFF_NEEDED, "staff_only"))
            if not allowed(account, role):
                raise Refused(Refusal(403, MAINTAINER_NEEDED, "maintainer_only"))
            return await self._let_in(request, account, act)

        return handle

    async def _let_in(self, request: Request, account: Account, handler: Handler) -> Response:
        if request.method != "GET" and not same_origin(request):
            raise Refused(ELSEWHERE)
        request.state.account = account
        return await handler(request)

    async def _ask(self, request: Request) -> HTMLResponse:
        query = f"?{request.url.query}" if request.url.query else ""
        target = f"{request.url.path}{query}" if request.method == "GET" else "/desk"
        first = await run_in_threadpool(lambda: not self._access.accounts.all())
        return entry.ask(target, "", 401, words_of(request), first, bool(self._access.sso_header))


def account_of(request: Request) -> Account:
    account = request.state.account
    assert isinstance(account, Account)
    return account
