"""Screenshots at the door: what a customer sends is checked before it is decoded, then written anew from its pixels.

Nothing of the file itself stays: no place, no camera, no profile, no comment, no thumbnail, nothing after the end.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import Final, Literal

from PIL import Image, UnidentifiedImageError

from bot.errors import ImageError

LARGEST: Final = 5 * 1024 * 1024
PIXELS: Final = 25_000_000
SIDE: Final = 10_000
# A progressive JPEG is decoded once a scan: cameras and browsers write ten at most, a crafted file thousands.
SCANS: Final = 64

MediaType = Literal["image/png", "image/jpeg", "image/webp"]

# What Pillow raises for files that are not what they say; its own limits are among them.
BROKEN: Final = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    TypeError,
    IndexError,
    KeyError,
    OverflowError,
    struct.error,
    zlib.error,
)

_ORIENTATION: Final = 0x0112
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class Screenshot:
    """An admitted picture: pixels alone, in a file of our own making."""

    data: bytes
    media_type: MediaType
    width: int
    height: int


def admit(data: bytes) -> Screenshot:
    """The picture written anew, upright and without a word about where it comes from.

    Raises ImageError for everything that is not one whole PNG, JPEG or WebP of a usual size.
    """
    kind = _kind(data)
    with _opened(data, kind) as image:
        _measured(image, kind)
        try:
            if kind == "PNG":  # decoding alone takes a file that ends early, or whose checksums are wrong
                with _opened(data, kind) as twin:
                    twin.verify()
            image.load()
            pixels = _plain(_upright(image))
        except BROKEN as error:
            raise _broken() from error
    kept = BytesIO()
    if kind == "JPEG":
        pixels.convert("RGB").save(kept, "JPEG", quality=90, subsampling=0)
        return Screenshot(kept.getvalue(), "image/jpeg", *pixels.size)
    if kind == "WEBP" and b"VP8L" not in data:  # without loss it becomes PNG; with loss PNG would be ten times as large
        pixels.save(kept, "WEBP", quality=90, method=2)
        return Screenshot(kept.getvalue(), "image/webp", *pixels.size)
    pixels.save(kept, "PNG", compress_level=4)
    return Screenshot(kept.getvalue(), "image/png", *pixels.size)


def _kind(data: bytes) -> Literal["PNG", "JPEG", "WEBP"]:
    """By the first bytes: a name or a declared type says nothing."""
    if not data:
        raise ImageError("图片是空的，请重新选择。 The image is empty; choose it again.")
    if len(data) > LARGEST:
        raise ImageError(
            f"图片太大了（{len(data) / 1024 / 1024:.1f} MB，最大 5 MB），请压缩或裁剪后再发。"
            " The image is too large: at most 5 MB are taken."
        )
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    raise ImageError("只能接收 PNG、JPEG 或 WebP 图片。 Only PNG, JPEG and WebP images are taken.")


def _opened(data: bytes, kind: str) -> Image.Image:
    """Reads the header; pixels are decoded later."""
    if kind == "JPEG" and data.count(b"\xff\xda") > SCANS:
        raise _broken()
    if kind == "WEBP" and int.from_bytes(data[4:8], "little") + 8 > len(data):
        raise _broken()
    try:
        return Image.open(BytesIO(data), formats=(kind,))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _vast() from error
    except UnidentifiedImageError as error:
        raise _broken() from error
    except BROKEN as error:
        raise _broken() from error


def _measured(image: Image.Image, kind: str) -> None:
    width, height = image.size
    if max(width, height) > SIDE or width * height > PIXELS:
        raise _vast(f"{width}×{height}")
    # A phone's JPEG may carry a second picture (depth, brightness): the first alone is kept.
    if kind != "JPEG" and getattr(image, "n_frames", 1) > 1:
        raise ImageError("不接收动图，请发送静态截图。 Animated images are not taken; send a still one.")


def _upright(image: Image.Image) -> Image.Image:
    try:
        turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    except BROKEN:  # the picture is whole, what is said about it is not
        turn = None
    return image if turn is None else image.transpose(turn)


def _plain(image: Image.Image) -> Image.Image:
    """Eight bits a channel, no palette, and nothing beside the pixels."""
    if image.mode.startswith("I"):  # 16 bits of grey
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    clear = image.mode in ("LA", "PA", "RGBA", "RGBa", "La") or "transparency" in image.info
    plain = image.convert("RGBA" if clear else "L" if image.mode in ("1", "L") else "RGB")
    fresh = Image.new(plain.mode, plain.size)
    fresh.paste(plain)
    return fresh


def _vast(size: str = "") -> ImageError:
    told = f"（{size} 像素）" if size else ""
    return ImageError(
        f"图片的尺寸太大了{told}，最多 2500 万像素、单边 10000 像素，请缩小或裁剪后再发。"
        " The image has too many pixels: at most 25 million, and 10,000 a side."
    )


def _broken() -> ImageError:
    return ImageError("图片不完整或已损坏，请重新截图后再发。 The image is cut off or damaged; take it again.")
