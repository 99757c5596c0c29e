"""Reading what a form sends (application/x-www-form-urlencoded), of a size that the guard has limited."""

from __future__ import annotations

from urllib.parse import parse_qs

from fastapi import Request


async def form(request: Request) -> dict[str, str]:
    """Each field's last value."""
    return {name: values[-1] for name, values in (await _fields(request)).items()}


async def many(request: Request, name: str) -> list[str]:
    """All values of one field."""
    return (await _fields(request)).get(name, [])


async def _fields(request: Request) -> dict[str, list[str]]:
    body = (await request.body()).decode("utf-8", "replace")
    try:
        return parse_qs(body, max_num_fields=500)
    except ValueError:
        return {}
