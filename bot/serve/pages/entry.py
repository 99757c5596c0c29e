"""The form by which staff sign in, and what somebody sees who may not see a page."""

from __future__ import annotations

from fastapi.responses import HTMLResponse

from bot.desk.people import Account
from bot.serve.pages.paper import page, text

FIRST = "python -m bot accounts add NAME --role maintainer"


def ask(target: str, said: str, status: int, first: bool = False, proxied: bool = False) -> HTMLResponse:
    """`target`: the page to come back to. `first`: there is no account yet. `proxied`: a proxy signs people in."""
    note = f'<p class="error" role="alert">{text(said)}</p>' if said else ""
    if proxied:
        return page(
            "请先登录",
            '<div class="card narrow"><p>工作台由公司的登录网关管理：请从网关进入；能进入网关但看到本页，'
            "说明您的账号还没有加入工作台，请联系管理员。</p></div>",
            status=status,
        )
    if first:
        body = f'<div class="card narrow"><p>还没有账号。请在服务器上运行：</p><pre>{text(FIRST)}</pre></div>'
        return page("登录工作台", body, status=status)
    form = (
        '<form class="card narrow" method="post" action="/desk/sign-in">'
        f'<input type="hidden" name="next" value="{text(target)}">{note}'
        '<label for="name">账号</label>'
        '<input id="name" name="name" autocomplete="username" autocapitalize="none" spellcheck="false" required'
        " autofocus>"
        '<label for="password">密码</label>'
        '<input id="password" name="password" type="password" autocomplete="current-password" required>'
        "<button>登录</button></form>"
    )
    return page("登录工作台", form, status=status)


def forbidden(account: Account) -> HTMLResponse:
    return page(
        "没有权限",
        f'<div class="card"><p>{text(account.shown)}，这一页只对维护者开放。需要时请联系维护者。</p></div>',
        "desk",
        403,
    )
