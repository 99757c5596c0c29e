"""Made screenshots for the measurement of text recognition: pages of errors, rendered in a real browser.

Every text is invented here. What a picture says is asked of the browser, glyph by glyph: top to bottom, left to right.
"""

from __future__ import annotations

import html
import io
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from printed import BROWSER, CONSOLE, JSON, PHONE, SEEN

MONO = "'DejaVu Sans Mono','Noto Sans Mono CJK SC',monospace"
SANS = "'Liberation Sans','Noto Sans CJK SC',sans-serif"

# Each visible glyph with its place; the order is found from the places, not from the markup.
GLYPHS = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; node = walker.nextNode();) {
    for (let i = 0; i < node.length; i++) {
      const range = document.createRange();
      range.setStart(node, i); range.setEnd(node, i + 1);
      const box = range.getBoundingClientRect();
      const shown = box.width && box.right <= innerWidth && box.bottom <= innerHeight;
      if (shown && node.data[i].trim()) found.push([node.data[i], box.left, box.right, box.top, box.bottom]);
    }
  }
  return found;
}"""


@dataclass(frozen=True)
class Made:
    kind: str
    data: bytes
    truth: str
    unseen: bool


def _console(text: str, dark: bool, size: int) -> str:
    back, ink = ("#1e1e1e", "#d4d4d4") if dark else ("#ffffff", "#1a1a1a")
    rows = []
    for line in html.escape(text, quote=False).splitlines():
        warm = "#f48771" if dark else "#b00020"
        tint = f"color:{warm}" if any(word in line for word in ("ERR", "Error", "error", "失败")) else ""
        rows.append(f'<div style="{tint}">{line or "&nbsp;"}</div>')
    return (
        f'<body style="margin:0;padding:12px;background:{back};color:{ink};font:{size}px/1.45 {MONO};white-space:pre">'
        f"{''.join(rows)}</body>"
    )


def _browser(page: tuple[str, str, list[str], list[str]], dark: bool) -> str:
    back, ink, soft = ("#202124", "#e8eaed", "#9aa0a6") if dark else ("#ffffff", "#202124", "#5f6368")
    title, lead, rows, buttons = page
    icon = (
        f'<svg width="56" height="56"><path d="M28 4 L52 50 H4 Z" fill="none" stroke="{soft}" stroke-width="4"/></svg>'
    )
    blue = "background:#1a73e8;color:#fff;border-radius:4px;padding:8px 16px;margin-right:14px"
    last = "".join(f'<span style="{blue}">{text}</span>' for text in buttons)
    middle = "".join(f'<p style="color:{soft};font-size:13px">{html.escape(row)}</p>' for row in rows)
    return (
        f'<body style="margin:0;background:{back};color:{ink};font:15px/1.6 {SANS}">'
        f'<div style="padding:60px 120px">{icon}<h1 style="font-size:24px">{title}</h1>'
        f"<p>{html.escape(lead)}</p>{middle}<div style='margin-top:32px;font-size:14px'>{last}</div></div></body>"
    )


def _phone(page: tuple[str, list[str], str], dark: bool, clock: str) -> str:
    back, card, ink = ("#000", "#1c1c1e", "#f2f2f7") if dark else ("#f2f2f7", "#fff", "#1c1c1e")
    rows = "".join(f'<p style="margin:10px 0">{html.escape(row)}</p>' for row in page[1])
    return (
        f'<body style="margin:0;background:{back};color:{ink};font:15px/1.5 {SANS}">'
        f'<div style="display:flex;justify-content:space-between;padding:8px 18px;font-size:13px">'
        f"<span>{clock}</span><span>5G 76%</span></div>"
        f'<h2 style="text-align:center;font-size:17px">{page[0]}</h2>'
        f'<div style="background:{card};border-radius:12px;margin:14px;padding:12px 16px">{rows}'
        f'<div style="background:#07c160;color:#fff;text-align:center;border-radius:8px;padding:10px">{page[2]}</div>'
        f"</div></body>"
    )


def _truth(glyphs: list[tuple[str, float, float, float, float]]) -> str:
    """Glyphs that stand on one row make a line; a gap of a third of the height, or more, is a space."""
    lines: list[list[tuple[str, float, float, float, float]]] = []
    for glyph in sorted(glyphs, key=lambda one: (one[3] + one[4]) / 2):
        middle = (glyph[3] + glyph[4]) / 2
        row = next((line for line in lines if line[0][3] < middle < line[0][4]), None)
        row.append(glyph) if row is not None else lines.append([glyph])
    said = []
    for line in lines:
        text, last = "", None
        for glyph in sorted(line, key=lambda one: one[1]):
            text += (" " if last is not None and glyph[1] - last > 0.2 * (glyph[4] - glyph[3]) else "") + glyph[0]
            last = glyph[2]
        said.append(text)
    return "\n".join(said)


def pages() -> Iterator[tuple[str, bool, str, int, int, float]]:
    """Kind, whether it is unseen, page, width, height and pixels a point."""
    for number, text in enumerate(CONSOLE):
        unseen = number >= SEEN["console"]
        yield "console", unseen, _console(text, False, 13 + number % 3), 1000, 260, 1.0
        yield "dark", unseen, _console(text, True, 13 + number % 2), 1000, 260, 1.0
    for number, text in enumerate(JSON):
        yield "json", number >= SEEN["json"], _console(text, number == 1, 14), 960, 220, 1.0 + number % 2
    for number, page in enumerate(BROWSER):
        unseen = number >= SEEN["browser"]
        yield "browser", unseen, _browser(page, False), 1100, 480, 1.0 + 0.5 * (number % 2)
        if number % 2:
            yield "dark", unseen, _browser(page, True), 1100, 480, 1.0
    for number, view in enumerate(PHONE):
        unseen = number >= SEEN["phone"]
        yield "phone", unseen, _phone(view, False, f"{9 + number}:4{number}"), 390, 500, 2.0 + number % 2
        if number % 2:
            yield "dark", unseen, _phone(view, True, f"{9 + number}:1{number}"), 390, 500, 2.0


def _worse(shown: bytes, kind: str) -> bytes:
    image = Image.open(io.BytesIO(shown)).convert("RGB")
    kept = io.BytesIO()
    if kind == "jpeg60":
        image.save(kept, "JPEG", quality=60)
    else:
        image.resize((image.width * 3 // 4, image.height * 3 // 4), Image.Resampling.BILINEAR).save(kept, "PNG")
    return kept.getvalue()


def made() -> Iterator[Made]:
    """Each picture twice: as it was shown, and worse (JPEG of quality 60, or three quarters of the size, by turns)."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    turn = dict.fromkeys(("console", "dark", "json", "browser", "phone"), 0)
    with sync_playwright() as playwright:
        chrome: Browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for kind, unseen, page, width, height, scale in pages():
            shown = chrome.new_page(viewport={"width": width, "height": height}, device_scale_factor=scale)
            shown.set_content(page)
            truth, data = _truth(shown.evaluate(GLYPHS)), shown.screenshot()
            shown.close()
            yield Made(kind, data, truth, unseen)
            worse = ("jpeg60", "scaled75")[turn[kind] % 2]
            turn[kind] += 1
            yield Made(worse, _worse(data, worse), truth, unseen)
        chrome.close()
