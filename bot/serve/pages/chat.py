"""The customers' page at `/`: Gradio widgets, wired to the conversation's behaviour.

Lays widgets out and connects events; what happens is `session`, how it looks `view`, `markup`
and the stylesheet, and keys, panel and labels are the script's. All state is the browser
session's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr
from fastapi import FastAPI

from bot.desk.store import Desk
from bot.serve.core import Assistant, Tools
from bot.serve.journal import new_request_id
from bot.serve.pages import view
from bot.serve.pages.session import Chat, Unsent
from bot.serve.pages.talk import Talk
from bot.serve.pages.texts import BROWSER, COOKIE, language
from bot.serve.shelf import Shelf
from bot.serve.telemetry import Telemetry
from bot.serve.turns import Turns

AT_ONCE = 40
"""Presses handled at the same time, beside the questions; Gradio's own default is one, for everybody together."""
WAITING = 500
PAGES = 600
"""Pages whose widgets Gradio remembers, .2 MB each, closed ones too; by default 10,000. One that is forgotten and used
again is read from the desk."""
EXAMPLES = 6
FONTS = ("system-ui", "sans-serif")


def mount(
    app: FastAPI,
    assistant: Assistant,
    desk: Desk,
    numbers: Telemetry,
    tools: Tools,
    shelf: Shelf,
    turns: Turns,
) -> tuple[int, ...]:
    """Puts the page on the app, and gives how many values each of its events takes. It is mounted last: it answers
    every path left over."""
    page = build(Chat(assistant, desk, numbers, tools, shelf, turns), turns.at_once + turns.most)
    gr.mount_gradio_app(
        app,
        page,
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
    return tuple(len(event.inputs) for _, event in sorted(page.fns.items()))


def build(chat: Chat, asking: int) -> gr.Blocks:
    """The widgets and their events. `asking`: questions that are written or stand in line, each in a thread."""
    texts = language("zh")
    page: gr.Blocks
    with gr.Blocks(analytics_enabled=False, title=texts.title, fill_height=True, fill_width=True) as page:
        talk = gr.State(Talk())
        lang = gr.State("zh")
        with gr.Row(elem_id="top"):
            brand = gr.Markdown(view.brand(texts), elem_id="brand", container=False)
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
            placeholder=view.welcome(texts, ()),
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
        foot = gr.Markdown(view.foot("", texts), elem_id="foot", container=False)
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
            welcome = view.welcome(texts, chat.offers.suggestions(EXAMPLES))
            known: dict[str, Any] = {} if talk.trouble else {"value": view.messages(talk, texts)}
            return [
                gr.Markdown(view.brand(texts)),
                gr.Button(texts.new),
                gr.Button(texts.switch),
                gr.Button(texts.person),
                gr.Chatbot(placeholder=welcome, **known),
                gr.Textbox(label=texts.ask_label, placeholder=view.hint(talk, texts)),
                gr.Button(texts.send),
                gr.Button(texts.stop),
                gr.Markdown(view.foot(chat.offers.engine, texts)),
            ]

        def own(talk: Talk, request: gr.Request, code: str) -> Talk:
            """The browser's own talk: where the server has begun anew, its state is empty and is read again."""
            new_request_id()  # Gradio's own tasks carry that of whoever came first
            browser = (request.cookies or {}).get(BROWSER, "")
            found = talk if talk.browser or not browser else chat.reread(browser, language(code))
            found.address = request.client.host if request.client else ""
            return found

        def start(request: gr.Request) -> list[Any]:
            new_request_id()
            cookies = request.cookies or {}
            chosen = cookies.get(COOKIE) or request.query_params.get("lang")  # the latter by a page that shows us
            code = "en" if chosen == "en" else "zh"
            talk = chat.restore(cookies.get(BROWSER, ""), language(code))
            return [talk, code, *dress(talk, code)]

        def toggle(talk: Talk, code: str, request: gr.Request) -> list[Any]:
            talk = own(talk, request, code)
            code = "zh" if code == "en" else "en"
            return [talk, code, *dress(talk, code)]

        def shown(talk: Talk, code: str) -> Any:
            """Its messages; what the page shows stays where they could not be read."""
            return gr.skip() if talk.trouble else view.messages(talk, language(code))

        def draw(talk: Talk, code: str, running: bool, said: str = "", **box: Any) -> list[Any]:
            buttons = [gr.Button(visible=not running), gr.Button(visible=running)]
            return [shown(talk, code), talk, gr.Textbox(**box) if box else gr.skip(), *buttons, said]

        def ask(question: str | None, talk: Talk, code: str, request: gr.Request) -> Iterator[list[Any]]:
            yield from told(question, own(talk, request, code), code)

        def told(question: str | None, talk: Talk, code: str, again: bool = False) -> Iterator[list[Any]]:
            texts = language(code)
            if not (question or "").strip():
                yield draw(talk, code, False, texts.empty)
                return
            try:
                for n, item in enumerate(chat.ask(talk, str(question).strip(), texts, again)):
                    yield draw(talk, code, item.open, **({"value": ""} if n == 0 else {}))
            except Unsent as error:
                yield draw(talk, code, False, str(error))

        def retry(talk: Talk, code: str, request: gr.Request) -> Iterator[list[Any]]:
            talk = own(talk, request, code)
            last = talk.last()
            yield from told(last.question if last else "", talk, code, again=True)

        def halt(talk: Talk, code: str) -> list[Any]:
            chat.stop(talk, language(code))
            return draw(talk, code, False)

        def clear(talk: Talk, code: str, request: gr.Request) -> list[Any]:
            begun = chat.begin(own(talk, request, code), language(code))
            return draw(begun, code, False, begun.trouble)

        def pressed(payload: str | None, talk: Talk, code: str, request: gr.Request) -> list[Any]:
            """Draws the conversation anew only where the press added to it: the script shows the rest."""
            talk = own(talk, request, code)
            before, texts = len(talk.items), language(code)
            said = chat.act(talk, payload or "", texts)
            changed = len(talk.items) > before or said == texts.reached
            return [said, view.messages(talk, texts) if changed else gr.skip(), talk]

        def hand_over(talk: Talk, code: str, request: gr.Request) -> list[Any]:
            said = chat.hand_over(talk := own(talk, request, code), language(code))
            return [shown(talk, code), talk, said]

        def take_back(talk: Talk, code: str, request: gr.Request) -> list[Any]:
            said = chat.cancel(talk := own(talk, request, code), language(code))
            return [shown(talk, code), talk, said]

        def pulled(talk: Talk, code: str, request: gr.Request) -> list[Any]:
            """Somebody of the staff did or said something; the script noticed."""
            texts, before = language(code), talk
            talk = own(talk, request, code)
            if talk.trouble or (not chat.pull(talk) and talk is before):
                return [gr.skip(), talk, gr.skip()]
            return [shown(talk, code), talk, gr.Textbox(placeholder=view.hint(talk, texts))]

        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        # Gradio's own line knows no fairness: questions pass it, and stand in ours.
        waiting: dict[str, Any] = {"concurrency_limit": None, **quiet}
        running: list[Any] = [send.click(ask, [box, talk, lang], busy, **waiting)]
        running.append(again.click(retry, [talk, lang], busy, **waiting))
        stop.click(halt, [talk, lang], busy, cancels=running, **quiet)
        new.click(clear, [talk, lang], busy, cancels=running, **quiet)
        switch.click(toggle, [talk, lang], [talk, lang, *chrome], **quiet)
        person.click(hand_over, [talk, lang], [log, talk, toast], **quiet)
        cancel.click(take_back, [talk, lang], [log, talk, toast], **quiet)
        pull.click(pulled, [talk, lang], [log, talk, box], trigger_mode="always_last", **quiet)
        # "multiple": by default Gradio drops a press that comes while the last one is still on its way.
        act.click(pressed, [payload, talk, lang], [toast, log, talk], trigger_mode="multiple", **quiet)
        page.load(start, None, [talk, lang, *chrome], **quiet)
    page.max_threads = asking + AT_ONCE
    page.state_session_capacity = PAGES
    page.queue(api_open=False, max_size=WAITING, default_concurrency_limit=AT_ONCE)
    return page
