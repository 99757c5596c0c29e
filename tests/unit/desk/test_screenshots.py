"""Screenshots: what is taken and what is refused, and what of a file goes away."""

from __future__ import annotations

import contextlib
import io
import random
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, PngImagePlugin

from bot.desk import screenshots
from bot.desk.screenshots import admit
from bot.errors import DeskError, ImageError

SECRET = b"Lihua-secret"


def saved(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    kept = io.BytesIO()
    image.save(kept, kind, **options)
    return kept.getvalue()


def picture(width: int = 60, height: int = 40, mode: str = "RGB") -> Image.Image:
    image = Image.new(mode, (width, height), "white")
    ImageDraw.Draw(image).rectangle((0, 0, width // 2, height // 2), fill="black")
    return image


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, *more: bytes) -> bytes:
    """A small file that declares a size."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(bytes(100_000), 9))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + data + chunk(b"IEND", b"")


def jpeg(width: int, height: int) -> bytes:
    data = bytearray(saved(picture(), "JPEG"))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def frames(kind: str) -> bytes:
    return saved(picture(), kind, save_all=True, append_images=[picture().rotate(90), picture().rotate(180)])


def cut(kind: str, left: float, **options: Any) -> bytes:
    data = saved(picture(400, 300).effect_spread(60), kind, **options)
    return data[: int(len(data) * left)]


def many_scans() -> bytes:
    data = saved(picture(), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * 400 + data[-2:]


def flipped() -> bytes:
    data = bytearray(saved(picture()))
    data[data.index(b"IDAT") + 8] ^= 0xFF
    return bytes(data)


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "图片是空的"),
    "heavy": (lambda: saved(picture()) + bytes(screenshots.LARGEST), "图片太大了"),
    "bomb": (lambda: png(50_000, 50_000), "尺寸太大"),
    "bomb as JPEG": (lambda: jpeg(60_000, 60_000), "尺寸太大"),
    "long": (lambda: png(10_001, 10), "尺寸太大"),
    "26 megapixels": (lambda: png(6_500, 4_000), "尺寸太大"),
    "GIF": (lambda: saved(picture().convert("P"), "GIF"), "只能接收"),
    "BMP": (lambda: saved(picture(), "BMP"), "只能接收"),
    "SVG": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "只能接收"),
    "HTML": (lambda: b"<!doctype html><script>alert(1)</script>", "只能接收"),
    "text": (lambda: "上传失败".encode(), "只能接收"),
    "HTML behind a signature": (lambda: b"\x89PNG\r\n\x1a\n<html><script>alert(1)</script>", "损坏"),
    "SVG behind a signature": (lambda: b"\xff\xd8\xff<svg onload=alert(1)>", "损坏"),
    "RIFF without WebP": (lambda: b"RIFF\x10\x00\x00\x00WAVEfmt ", "只能接收"),
    "animated WebP": (lambda: frames("WEBP"), "动图"),
    "animated PNG": (lambda: frames("PNG"), "动图"),
    "signature alone": (lambda: b"\x89PNG\r\n\x1a\n", "损坏"),
    "wrong checksum": (flipped, "损坏"),
    "no pixels": (lambda: png(0, 10), "损坏"),
    "a bomb in a comment": (lambda: png(10, 10, chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(9_000_000), 9))), "损坏"),
    "thousands of scans": (many_scans, "损坏"),
}
for kind in ("PNG", "JPEG", "WEBP"):
    for left in (0.2, 0.6, 0.99):
        REFUSED[f"{kind} cut at {left}"] = (lambda kind=kind, left=left: cut(kind, left), "损坏")  # type: ignore[misc]


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_one_sentence_in_both_languages(name: str) -> None:
    data, said = REFUSED[name]
    with pytest.raises(ImageError) as raised:
        admit(data())
    message = str(raised.value)
    chinese, _, english = message.partition("。 ")
    assert said in chinese
    assert english.endswith(".") and english.isascii()
    assert isinstance(raised.value, DeskError)


@pytest.mark.parametrize(("kind", "media"), [("PNG", "png"), ("JPEG", "jpeg"), ("WEBP", "webp")])
def test_what_is_taken(kind: str, media: str) -> None:
    taken = admit(saved(picture(), kind))
    assert (taken.media_type, taken.width, taken.height) == (f"image/{media}", 60, 40)
    again = Image.open(io.BytesIO(taken.data))
    assert again.format == kind
    assert again.convert("L").getpixel((2, 2)) == pytest.approx(0, abs=6)
    assert again.convert("L").getpixel((55, 35)) == pytest.approx(255, abs=6)


def test_webp_without_loss_becomes_png() -> None:
    taken = admit(saved(picture(), "WEBP", lossless=True))
    assert taken.media_type == "image/png"
    assert list(Image.open(io.BytesIO(taken.data)).convert("RGB").get_flattened_data()) == list(
        picture().get_flattened_data()
    )


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png(mode: str) -> None:
    image = picture().convert("L" if mode == "I;16" else mode)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image).astype(np.uint16) * 257)
    taken = Image.open(io.BytesIO(admit(saved(image)).data))
    assert taken.mode == ("RGBA" if mode in ("LA", "RGBA") else "L" if mode in ("1", "L", "I;16") else "RGB")
    grey = taken.convert("L")
    assert (grey.getpixel((2, 2)), grey.getpixel((55, 35))) == (0, 255)


def test_four_inks_become_three_lights() -> None:
    taken = Image.open(io.BytesIO(admit(saved(picture().convert("CMYK"), "JPEG")).data))
    assert taken.mode == "RGB"
    assert taken.getpixel((55, 35)) == pytest.approx((255, 255, 255), abs=6)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_nothing_but_pixels_stays(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = SECRET.decode()  # maker
    exif[0x9286] = SECRET.decode()
    exif.get_ifd(0x8825)[1], exif.get_ifd(0x8825)[2] = "N", (31.0, 13.0, 50.0)  # GPS
    options: dict[str, Any] = {"exif": exif, "icc_profile": b"profile of " + SECRET, "xmp": b"<x>" + SECRET + b"</x>"}
    if kind == "PNG":
        told = PngImagePlugin.PngInfo()
        told.add_text("Author", SECRET.decode())
        options["pnginfo"] = told
    if kind == "JPEG":
        options["comment"] = SECRET
    sent = saved(picture(), kind, **options) + SECRET
    assert sent.count(SECRET) >= 3
    taken = admit(sent)
    assert SECRET not in taken.data
    assert not any(
        mark in taken.data for mark in (b"Exif", b"eXIf", b"EXIF", b"iCCP", b"ICC", b"XMP", b"tEXt", b"http")
    )
    again = Image.open(io.BytesIO(taken.data))
    assert not again.getexif() and "icc_profile" not in again.info and "comment" not in again.info


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_picture_stands_upright(turn: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    taken = admit(saved(picture(60, 40), "JPEG", exif=exif, quality=95))
    assert (taken.width, taken.height) == ((60, 40) if turn < 5 else (40, 60))
    seen = Image.open(io.BytesIO(taken.data)).convert("L")
    dark = {  # where the black corner of the stored picture belongs
        1: (5, 5), 2: (55, 5), 3: (55, 35), 4: (5, 35), 5: (5, 5), 6: (35, 5), 7: (35, 55), 8: (5, 55)
    }  # fmt: skip
    assert seen.getpixel(dark[turn]) == pytest.approx(0, abs=12)


def test_nonsense_about_the_picture_does_not_refuse_it() -> None:
    assert admit(saved(picture(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")).width == 60


def test_a_second_picture_in_a_phones_jpeg_goes_away() -> None:
    second = saved(picture(30, 20), "JPEG", comment=SECRET)
    sent = saved(picture(), "MPO", save_all=True, append_images=[Image.open(io.BytesIO(second))])
    taken = admit(sent)
    assert taken.width == 60
    assert taken.data.count(b"\xff\xd8\xff") == 1


def test_mutated_files_raise_nothing_else() -> None:
    dice = random.Random(11)
    for kind in ("PNG", "JPEG", "WEBP"):
        whole = saved(picture(), kind, exif=Image.Exif())
        for _ in range(400):
            data = bytearray(whole)
            for _ in range(dice.randint(1, 8)):
                data[dice.randrange(len(data))] = dice.randrange(256)
            with contextlib.suppress(ImageError):
                admit(bytes(data))
