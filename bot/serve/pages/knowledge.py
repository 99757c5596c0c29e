"""/knowledge: what the running index was made of. Renders whatever counts it is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi.responses import HTMLResponse

from bot.serve.pages.paper import facts, page, text

NAMES = {
    "tickets": "工单",
    "statements": "语句（按类型）",
    "passages": "检索片段",
    "set_aside": "未收入的内容",
    "redactions": "脱敏（按类型）",
    "conflicts": "互相矛盾的说法",
    "resolutions": "结局（按类型）",
    "duplicates": "重复",
    "files": "文件",
    "seconds": "用时（秒）",
}
KINDS = {
    "knowledge": "通用知识",
    "specific": "针对某位客户",
    "action": "客服操作",
    "request": "索要信息",
    "hold": "请稍候",
    "courtesy": "客套",
    "self-service": "客户可自行解决",
    "partial": "部分解决",
    "wait": "等待",
}


def render(build: str, engine: str, counts: Mapping[str, Any]) -> HTMLResponse:
    named = {NAMES.get(key, key): _kinds(value) for key, value in counts.items() if key != "build"}
    head = f'<p class="meta">索引版本 {text(build)} · 回复引擎 {text(engine)}</p>'
    return page("知识库", head + facts(named), "knowledge")


def _kinds(value: Any) -> Any:
    return {KINDS.get(k, k): v for k, v in value.items()} if isinstance(value, Mapping) else value
