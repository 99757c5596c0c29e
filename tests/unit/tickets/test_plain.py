"""Markdown and layouts become plain lines, and a title is one."""

from __future__ import annotations

import pytest

from bot.tickets.plain import plain, title_of


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# 说明\n免费。", "说明\n免费。"),
        ("免费。\n---\n收费。\n***\n", "免费。\n收费。"),
        ("**注意**：证书到期前续期。", "注意：证书到期前续期。"),
        ("### 客服解答\n免费。", "客服解答\n免费。"),
        ("<!-- ticket: t1 -->\n免费。", "免费。"),
        ("【解决方案】免费。", "解决方案：免费。"),
        ("> 引用\r\n正文\r正文", "引用\n正文\n正文"),
        ("| 种类 | 期限 |\n|---|---|\n| DV | 三个月 |", "种类，期限\nDV，三个月"),
        ("```sh\n# 安装\necho **x**\n```\n完", "# 安装\necho **x**\n完"),
        ("用 `qshell` 上传", "用 qshell 上传"),
        ("1. 登录\n2. 点击配置\n- 备注", "1. 登录\n2. 点击配置\n- 备注"),
        ("2**3 与 __init__.py", "2**3 与 __init__.py"),
        ("一\n\n\n\n二\u200b", "一\n\n二"),
    ],
)
def test_markdown_becomes_lines(text: str, shown: str) -> None:
    assert plain(text) == shown
    assert plain(shown) == shown or "#" in shown  # a comment in code stands alone now


@pytest.mark.parametrize(
    ("text", "shown"),
    [("## 1. 证书\n多久", "证书 多久"), ("**Q1：** 证书多久", "证书多久"), ("3个月的证书", "3个月的证书"), ("---", "")],
)
def test_a_title_is_one_line(text: str, shown: str) -> None:
    assert title_of(text) == shown
