"""The running app beside commands that publish and forget."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bot.records import Answer, Question
from bot.search.opening import current_id
from tests.unit.commands.kept import Desk, live, rows

FAKES = Path(__file__).parents[1] / "search" / "fakes.py"
LETTERS = "丙戊"


def test_a_running_app_lets_go_of_a_forgotten_ticket_at_its_next_question(desk: Desk) -> None:
    """The folder of its build is removed under it: replies in flight end, the next one is from the new build."""
    assistant, before = live(desk), current_id(desk.index)
    asked = Question("文件下载慢怎么办？")
    first, second = assistant.stream(asked), assistant.stream(asked)
    next(first)
    assert desk.run("forget", "d")[0] == 0
    assert before not in desk.builds
    assert [item.index for item in [*first, *second] if isinstance(item, Answer)] == [before, current_id(desk.index)]
    answer = assistant.answer(Question("骆驼雕塑照片能存多久？"))
    assert answer.index == current_id(desk.index)
    assert "六十四" not in json.dumps(answer.as_json(), ensure_ascii=False)
    assistant.close()


PUBLISHED = """
import sys
sys.path[:0] = [{root!r}, {here!r}]
import fakes
from bot import wire
from bot.__main__ import main
encoder = fakes.HashEmbeddings()
wire.embeddings = lambda _: encoder
sys.exit(main(["ingest", {knowledge!r}, "--index", {index!r}]))
"""


@pytest.mark.slow
def test_the_running_app_takes_what_another_process_publishes_between_two_questions(desk: Desk) -> None:
    assistant, asked = live(desk), Question("文件下载慢怎么办？")
    before, stop = current_id(desk.index), threading.Event()
    seen: list[str] = []
    failed: list[Exception] = []

    def ask() -> None:
        while not stop.is_set():
            try:
                seen.append(assistant.answer(asked).index)
            except Exception as error:  # noqa: BLE001 - any is a failure of the test
                failed.append(error)

    reply = assistant.stream(asked)
    next(reply)
    askers = [threading.Thread(target=ask) for _ in range(2)]
    for asker in askers:
        asker.start()
    made = [before]
    for turn in range(2):
        desk.write([{**row, "title": f"{row['title']}{LETTERS[turn]}"} for row in rows()])
        code = PUBLISHED.format(
            root=str(FAKES.parents[3]), here=str(FAKES.parent), knowledge=str(desk.knowledge), index=str(desk.index)
        )
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
        made.append(current_id(desk.index))
        assert assistant.answer(asked).index == made[-1]
    stop.set()
    for asker in askers:
        asker.join()
    assert [item.index for item in reply if isinstance(item, Answer)] == [before]
    assert failed == []
    assert list(dict.fromkeys(seen)) == [build for build in made if build in seen]
    assert len(desk.builds) == 2
    assistant.close()
