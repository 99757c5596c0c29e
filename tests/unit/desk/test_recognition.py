"""What is read in a screenshot: lines in order, mended and sure, within their time."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from bot.desk import recognition
from bot.desk.recognition import Line, Reader, Recognized, mended
from bot.desk.screenshots import Screenshot, admit
from bot.errors import ImageError


def saved(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    kept = io.BytesIO()
    image.save(kept, kind, **options)
    return kept.getvalue()


def picture(width: int = 60, height: int = 40) -> Image.Image:
    image = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(image).rectangle((0, 0, width // 2, height // 2), fill="black")
    return image


def test_opencv_is_the_headless_one_and_loads() -> None:
    """The other one wants libGL, which a fresh machine has not."""
    assert packages_distributions()["cv2"] == ["opencv-python-headless"]
    done = subprocess.run([sys.executable, "-c", "import cv2"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for name in ("requirements.lock", "requirements-dev.lock"):
        assert "\nopencv-python==" not in (Path(__file__).parents[3] / name).read_text()


@pytest.mark.parametrize(
    ("read", "right"),
    [
        ('"key"：“images/a.png"', '"key":"images/a.png"'),
        ('"message"："已用完"，', '"message":"已用完",'),
        ("https：//a.cn", "https://a.cn"),
        ("错误码：-1009，请重试", "错误码：-1009，请重试"),
        ("他说“上传失败”：重试", "他说“上传失败”：重试"),
        ("Requestld: 7f", "RequestId: 7f"),
        ("threshold: 7", "threshold: 7"),
        ("ERR0R 1366 N0T F0UND", "ERROR 1366 NOT FOUND"),
        ("AK0B USB0 0 100", "AK0B USB0 0 100"),
        ("notAfter=0ct 21", "notAfter=Oct 21"),
        ("大小  734 字节，100%", "大小 734 字节，100%"),
    ],
)
def test_what_is_mended_and_what_is_not(read: str, right: str) -> None:
    assert mended(read) == right


def test_unsure_lines_are_kept_and_not_in_the_text() -> None:
    read = Recognized((Line("上传失败", 0.99), Line("x1lI", 0.59), Line("口", 0.79), Line("{", 0.85)))
    assert read.text == "上传失败\n{"


class Scripted:
    """Stands where the models stand: two lines of two boxes each."""

    def __init__(self) -> None:
        self.inside = self.most = self.asked = 0

    def __call__(self, pixels: Any, **_: bool) -> Any:
        self.shape = pixels.shape
        corners = [(200, 12), (10, 10), (10, 60), (200, 62)]
        self.boxes = np.array([[(x, y), (x + 80, y), (x + 80, y + 20), (x, y + 20)] for x, y in corners], float)
        return self

    def recognize_txt(self, crops: list[Any]) -> Any:
        self.inside += 1
        self.most, self.asked = max(self.most, self.inside), self.asked + 1
        threading.Event().wait(0.002)
        self.txts, self.scores = [f"line {self.asked}"], [1.2]
        self.inside -= 1
        return self


def test_lines_come_in_order_and_one_picture_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    engine, made = Scripted(), []
    monkeypatch.setattr(recognition, "_engine", lambda: made.append(1) or engine)
    seen: list[float] = []
    crop = recognition._crop
    monkeypatch.setattr(recognition, "_crop", lambda image, box: seen.append(float(box[0, 0])) or crop(image, box))
    reader = Reader()
    assert not made
    image = admit(saved(picture(301, 99)))
    threads = [threading.Thread(target=reader.read, args=(image,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), engine.most, engine.asked) == (1, 1, 32)
    assert seen[:4] == [10, 200, 10, 200]
    assert engine.shape == (128, 320, 3)
    assert all(line.confidence == 1 for line in reader.read(image).lines)


def test_the_time_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognition, "_engine", Scripted)
    ticks = iter(range(100))
    read = Reader(seconds=2, clock=lambda: float(next(ticks))).read(admit(saved(picture(301, 99))))
    assert (len(read.lines), read.whole) == (3, False)


def test_a_failing_model_is_told_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("no such model")

    monkeypatch.setattr(recognition, "_engine", broken)
    with pytest.raises(ImageError, match="没能读出图片里的文字"):
        Reader().read(admit(saved(picture())))


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(seconds=600)  # a busy machine needs more than a customer waits


def shown(lines: list[str], dark: bool = False, size: int = 20, chinese: bool = False) -> Image.Image:
    font: Any = ImageFont.load_default(size)
    if chinese:
        found = sorted(Path("/usr/share/fonts").rglob("NotoSansCJK-Regular.ttc"))
        if not found:
            pytest.skip("a Chinese font is not installed")
        font = ImageFont.truetype(found[0], size, index=2)
    back, ink = ("#1e1e1e", "#d8d8d8") if dark else ("white", "#222222")
    image = Image.new("RGB", (900, 40 + 2 * size * len(lines)), back)
    for number, line in enumerate(lines):
        ImageDraw.Draw(image).text((24, 20 + 2 * size * number), line, fill=ink, font=font)
    return image


ENGLISH = ["HTTP/1.1 403 Forbidden", "upload failed: bad token", "ERR_CERT_DATE_INVALID", "at 2024-11-03 09:17:22"]
CHINESE = ["您的连接不是私密连接", "上传失败，请检查网络后重试", "错误码：612", "余额不足，服务即将停止"]


@pytest.mark.slow
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_english_is_read(reader: Reader, dark: bool, kind: str) -> None:
    read = reader.read(admit(saved(shown(ENGLISH, dark), kind)))
    assert read.text.splitlines() == ENGLISH
    assert all(0.6 <= line.confidence <= 1 for line in read.lines) and read.whole


@pytest.mark.slow
@pytest.mark.parametrize("dark", [False, True])
def test_chinese_is_read(reader: Reader, dark: bool) -> None:
    assert reader.read(admit(saved(shown(CHINESE, dark, chinese=True)))).text.splitlines() == CHINESE


@pytest.mark.slow
def test_a_phone_and_json(reader: Reader) -> None:
    card = shown(['{"code":612,', '"error":"no such file"}'], size=40)
    phone = Image.new("RGB", (1080, 2340), "#f2f2f7")
    phone.paste(card, (90, 300))
    assert reader.read(admit(saved(phone))).text == '{"code":612,\n"error":"no such file"}'


@pytest.mark.slow
def test_clear_pixels_show_white(reader: Reader) -> None:
    image = Image.new("RGBA", (600, 80), (0, 0, 0, 0))
    ImageDraw.Draw(image).text((20, 20), "no such bucket", fill=(20, 20, 20, 255), font=ImageFont.load_default(24))
    assert reader.read(admit(saved(image))).text == "no such bucket"


@pytest.mark.slow
def test_an_empty_picture_holds_no_line(reader: Reader) -> None:
    for size in ((1, 1), (9, 900), (900, 9), (700, 500)):
        assert reader.read(admit(saved(Image.new("RGB", size, "white")))) == Recognized(())


@pytest.mark.slow
def test_a_long_scrolled_page_is_read_in_its_own_size(reader: Reader) -> None:
    page = Image.new("RGB", (1200, 6000), "white")
    part = shown(ENGLISH, size=16)
    for top in range(100, 5900, 400):
        page.paste(part, (0, top))
    assert reader.read(admit(saved(page))).text.splitlines() == ENGLISH * 15


@pytest.mark.slow
def test_a_line_without_end_is_read_in_pieces(reader: Reader) -> None:
    said = " ".join(["upload failed: bad token,"] * 40)
    image = Image.new("RGB", (9000, 60), "white")
    ImageDraw.Draw(image).text((10, 20), said, fill="black", font=ImageFont.load_default(18))
    (line,) = reader.read(admit(saved(image))).lines
    assert len(line.text) == pytest.approx(len(said), abs=8)
    assert line.text.count("bad token") >= 38


@pytest.mark.slow
def test_a_vast_photo_takes_seconds(reader: Reader) -> None:
    page = shown(ENGLISH).resize((5700, 1250)).convert("RGB")
    photo = Image.new("RGB", (5700, 4300), "white")
    photo.paste(page, (0, 600))
    taken: Screenshot = admit(saved(photo, "JPEG", quality=80))
    assert reader.read(taken).text.splitlines() == ENGLISH
