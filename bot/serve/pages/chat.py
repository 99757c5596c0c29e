"""The customers' page at `/`: Gradio widgets, wired to the conversation's behaviour.

Lays widgets out and connects events; what happens is `session`, how it looks `view`, `markup`
and the stylesheet, and keys, panel and labels are the script's. All state is the browser
session's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import gradio as gr
from fastapi import FastAPI

from bot.desk.store import Desk
from bot.serve.core import Assistant, Tools
from bot.serve.pages import markup, view
from bot.serve.pages.session import Chat, Unsent
from bot.serve.pages.talk import Talk
from bot.serve.pages.texts import BROWSER, COOKIE, Texts, language
from bot.serve.shelf import Shelf
from bot.serve.telemetry import Telemetry

AT_ONCE = 32
"""Replies written at the same time; Gradio's own default is one, for everybody together."""
WAITING = 500
PAGES = WAITING + 100
"""Pages whose widgets Gradio remembers, about .2 MB each, even after they were closed; by default 10,000 of them. The
one used longest ago is forgotten: when it is used again, its conversation is read from the desk."""
EXAMPLES = 6
FONTS = ("system-ui", "sans-serif")


def mount(app: FastAPI, assistant: Assistant, desk: Desk, numbers: Telemetry, tools: Tools, shelf: Shelf) -> None:
    """Puts the page on the app. It is mounted last: it answers every path left over."""
    gr.mount_gradio_app(
        app,
        build(Chat(assistant, desk, numbers, tools, shelf)),
        path="/",
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        enable_monitoring=False,
        show_error=False,
        max_file_size=1,
        theme=gr.themes.Base(font=FONTS, font_mono=("ui-monospace", "monospace")),
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
    )


def build(chat: Chat) -> gr.Blocks:
    """The widgets and their events."""
    texts = language("zh")
    page: gr.Blocks
    with gr.Blocks(analytics_enabled=False, title=texts.title, fill_height=True, fill_width=True) as page:
        talk = gr.State(Talk())
        lang = gr.State("zh")
        with gr.Row(elem_id="top"):
            brand = gr.Markdown(_brand(texts), elem_id="brand", container=False)
            new = gr.Button(texts.new, elem_id="new", scale=0, min_width=0)
            switch = gr.Button(texts.switch, elem_id="switch", scale=0, min_width=0)
            person = gr.Button(texts.person, elem_id="person", scale=0, min_width=0)
        log = gr.Chatbot(
            elem_id="log",
            show_label=False,
            container=False,
            layout="panel",
            height="100%",
            scale=1,
            buttons=[],
            latex_delimiters=[],
            line_breaks=False,
            feedback_options=None,
            group_consecutive_messages=False,
            placeholder=_welcome(texts, ()),
        )
        with gr.Row(elem_id="composer"):
            box = gr.Textbox(
                elem_id="ask",
                show_label=False,
                label=texts.ask_label,
                placeholder=texts.ask,
                container=False,
                lines=1,
                max_lines=6,
                scale=1,
            )
            send = gr.Button(texts.send, elem_id="send", variant="primary", scale=0, min_width=0)
            stop = gr.Button(texts.stop, elem_id="stop", scale=0, min_width=0, visible=False)
        foot = gr.Markdown(_foot("", texts), elem_id="foot", container=False)
        toast = gr.Markdown("", elem_id="toast", container=False)
        with gr.Row(elem_id="wires", visible="hidden"):  # the script presses these
            payload = gr.Textbox(elem_id="payload", show_label=False)
            act = gr.Button(elem_id="act")
            again = gr.Button(elem_id="again")
            cancel = gr.Button(elem_id="cancel")
            pull = gr.Button(elem_id="pull")

        chrome = [brand, new, switch, person, log, box, send, stop, foot]
        busy = [log, talk, box, send, stop, toast]

        def dress(talk: Talk, code: str) -> list[Any]:
            texts = language(code)
            welcome = _welcome(texts, chat.suggestions(EXAMPLES))
            return [
                gr.Markdown(_brand(texts)),
                gr.Button(texts.new),
                gr.Button(texts.switch),
                gr.Button(texts.person),
                gr.Chatbot(cast(Any, view.messages(talk, texts)), placeholder=welcome),
                gr.Textbox(label=texts.ask_label, placeholder=_hint(talk, texts)),
                gr.Button(texts.send),
                gr.Button(texts.stop),
                gr.Markdown(_foot(chat.engine, texts)),
            ]

        def own(talk: Talk, request: gr.Request, code: str) -> Talk:
            """The browser's own talk: where the server has begun anew, its state is empty and is read again."""
            browser = (request.cookies or {}).get(BROWSER, "")
            found = talk if talk.browser or not browser else chat.restore(browser, language(code))
            found.address = request.client.host if request.client else ""
            return found

        def start(request: gr.Request) -> list[Any]:
            cookies = request.cookies or {}
            chosen = cookies.get(COOKIE) or request.query_params.get("lang")  # the latter by a page that shows us
            code = "en" if chosen == "en" else "zh"
            talk = chat.restore(cookies.get(BROWSER, ""), language(code))
            return [talk, code, *dress(talk, code)]

        def toggle(talk: Talk, code: str, request: gr.Request) -> list[Any]:
            talk = own(talk, request, code)
            code = "zh" if code == "en" else "en"
            return [talk, code, *dress(talk, code)]

        def draw(talk: Talk, code: str, running: bool, said: str = "", **box: Any) -> list[Any]:
            drawn = view.messages(talk, language(code))
            buttons = [gr.Button(visible=not running), gr.Button(visible=running)]
            return [drawn, talk, gr.Textbox(**box) if box else gr.skip(), *buttons, said]

        def ask(question: str | None, talk: Talk, code: str, request: gr.Request) -> Iterator[list[Any]]:
            texts, talk = language(code), own(talk, request, code)
            if not (question or "").strip():
                yield draw(talk, code, False, texts.empty)
                return
            try:
                for n, item in enumerate(chat.ask(talk, str(question).strip(), texts)):
                    yield draw(talk, code, item.open, **({"value": ""} if n == 0 else {}))
            except Unsent as error:
                yield draw(talk, code, False, str(error))

        def retry(talk: Talk, code: str, request: gr.Request) -> Iterator[list[Any]]:
            talk = own(talk, request, code)
            yield from ask(talk.drop_last(), talk, code, request)

        def halt(talk: Talk, code: str) -> list[Any]:
            chat.stop(talk, language(code))
            return draw(talk, code, False)

        def clear(talk: Talk, code: str, request: gr.Request) -> list[Any]:
            return draw(chat.begin(own(talk, request, code), language(code)), code, False)

        def pressed(payload: str | None, talk: Talk, code: str, request: gr.Request) -> list[Any]:
            """Draws the conversation anew only where the press added to it: the script shows the rest."""
            talk = own(talk, request, code)
            before, texts = len(talk.items), language(code)
            said = chat.act(talk, payload or "", texts)
            changed = len(talk.items) > before or said == texts.reached
            return [said, view.messages(talk, texts) if changed else gr.skip(), talk]

        def hand_over(talk: Talk, code: str, request: gr.Request) -> list[Any]:
            texts, talk = language(code), own(talk, request, code)
            said = chat.hand_over(talk, texts)
            return [view.messages(talk, texts), talk, said]

        def take_back(talk: Talk, code: str, request: gr.Request) -> list[Any]:
            texts, talk = language(code), own(talk, request, code)
            said = chat.cancel(talk, texts)
            return [view.messages(talk, texts), talk, said]

        def pulled(talk: Talk, code: str, request: gr.Request) -> list[Any]:
            """Somebody of the staff did or said something; the script noticed."""
            texts, before = language(code), talk
            talk = own(talk, request, code)
            if not chat.pull(talk) and talk is before:
                return [gr.skip(), talk, gr.skip()]
            return [view.messages(talk, texts), talk, gr.Textbox(placeholder=_hint(talk, texts))]

        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        asking = send.click(ask, [box, talk, lang], busy, concurrency_limit=AT_ONCE, **quiet)
        trying = again.click(retry, [talk, lang], busy, concurrency_limit=AT_ONCE, **quiet)
        running: list[Any] = [asking, trying]
        stop.click(halt, [talk, lang], busy, cancels=running, **quiet)
        new.click(clear, [talk, lang], busy, cancels=running, **quiet)
        switch.click(toggle, [talk, lang], [talk, lang, *chrome], **quiet)
        person.click(hand_over, [talk, lang], [log, talk, toast], **quiet)
        cancel.click(take_back, [talk, lang], [log, talk, toast], **quiet)
        pull.click(pulled, [talk, lang], [log, talk, box], trigger_mode="always_last", **quiet)
        # "multiple": by default Gradio drops a press that comes while the last one is still on its way.
        act.click(pressed, [payload, talk, lang], [toast, log, talk], trigger_mode="multiple", **quiet)
        page.load(start, None, [talk, lang, *chrome], **quiet)
    page.state_session_capacity = PAGES
    page.queue(api_open=False, max_size=WAITING, default_concurrency_limit=AT_ONCE)
    return page


def _brand(texts: Texts) -> str:
    return (
        f'<div class="brand"><span class="mark"></span><div><h1>{texts.title}</h1><p>{texts.subtitle}</p></div></div>'
    )


def _welcome(texts: Texts, questions: tuple[str, ...]) -> str:
    return (
        f'<div class="welcome"><span class="mark"></span><h2>{texts.welcome}</h2>'
        f"<p>{texts.welcome_more}</p>{markup.chips(questions, texts.examples)}</div>"
    )


def _hint(talk: Talk, texts: Texts) -> str:
    """Whom the box writes to."""
    return texts.ask_person.format(name=talk.person()) if talk.person() else texts.ask


def _foot(engine: str, texts: Texts) -> str:
    written = f" · {markup.escape(view.engine_line(engine, texts))}" if engine else ""
    return f'<p>{texts.disclaimer}{written}<span class="keys"> · {texts.keys}</span></p>'
