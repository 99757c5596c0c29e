"""Text out of a screenshot, read on this machine: PP-OCRv6 through rapidocr, whose models lie in its wheel.

Lines are found in a picture of bounded size and read from the original one, top to bottom, until the time is up.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image

from bot.desk.screenshots import Screenshot
from bot.errors import ImageError

Pixels = np.ndarray[Any, Any]

# Lines below it are not in `text`.
SURE: Final = 0.5
SECONDS: Final = 20.0
THREADS: Final = 2
# Lines are looked for in a picture of at most so many pixels: detection takes time and memory in proportion to them.
LOOKED_AT: Final = 2_500_000
# Lines read at once, in batches of like width: the clock is looked at between two of these.
TOGETHER: Final = 12


@dataclass(frozen=True)
class Line:
    text: str
    confidence: float


@dataclass(frozen=True)
class Recognized:
    """Top to bottom, left to right. `whole` is False when the time was up before the last line."""

    lines: tuple[Line, ...]
    whole: bool = True

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines if line.confidence >= SURE)


class Reader:
    """Reads one picture at a time, whoever asks; loads its models when first asked."""

    def __init__(self, seconds: float = SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._lock = threading.Lock()
        self._engine: Any = None

    def read(self, image: Screenshot) -> Recognized:
        """Raises ImageError when the recognition itself fails."""
        with self._lock:
            until = self._clock() + self._seconds
            try:
                return self._read(image, until)
            except Exception as error:  # noqa: BLE001
                raise ImageError(
                    "没能读出图片里的文字，请把报错复制成文字发送。"
                    " The text in the image could not be read; paste it as text."
                ) from error

    def _read(self, image: Screenshot, until: float) -> Recognized:
        if self._engine is None:
            self._engine = _engine()
        pixels = _pixels(image)
        rows = _rows(self._boxes(pixels))
        crops = [_crop(pixels, box) for row in rows for box in row]
        read: list[tuple[str, float]] = []
        for start in range(0, len(crops), TOGETHER):
            if start and self._clock() > until:
                break
            result = self._engine.recognize_txt(crops[start : start + TOGETHER])
            read += zip(result.txts, result.scores, strict=True)
        lines = []
        for text, score in read:
            if text.strip():
                lines.append(Line(mended(text), min(1.0, max(0.0, float(score)))))
        return Recognized(tuple(lines), len(read) == len(crops))

    def _boxes(self, pixels: Image.Image) -> list[Pixels]:
        """The corners of each line, from the upper left one clockwise, in the original's pixels."""
        scale = min(1.0, (LOOKED_AT / (pixels.width * pixels.height)) ** 0.5)
        small = pixels
        if scale < 1:
            size = max(1, round(pixels.width * scale)), max(1, round(pixels.height * scale))
            small = pixels.resize(size, Image.Resampling.BOX)
        found = self._engine(_padded(small), use_det=True, use_cls=False, use_rec=False)
        boxes = [] if found.boxes is None else list(found.boxes)
        across, down = pixels.width / small.width, pixels.height / small.height
        limit = np.array([pixels.width, pixels.height])
        return [np.clip(box * np.array([across, down]), 0, limit) for box in boxes]


def _engine() -> Any:
    """Told where its models lie, it never looks for them elsewhere."""
    import rapidocr

    models = Path(rapidocr.__file__).parent / "models"
    return rapidocr.RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_preprocess_img": False,
            "Global.use_vertical_padding": False,
            "Det.model_path": str(models / "PP-OCRv6_det_small.onnx"),
            "Rec.model_path": str(models / "PP-OCRv6_rec_small.onnx"),
            "Det.limit_type": "max",
            "Det.limit_side_len": 1_000_000,
            "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def _pixels(image: Screenshot) -> Image.Image:
    """What is clear shows white, as in a browser."""
    with Image.open(BytesIO(image.data)) as opened:
        if opened.mode not in ("RGBA", "LA"):
            return opened.convert("RGB")
        under = Image.new("RGBA", opened.size, "white")
        under.alpha_composite(opened.convert("RGBA"))
        return under.convert("RGB")


def _padded(image: Image.Image) -> Pixels:
    """Both sides a multiple of 32, as the network wants them, by repeating the edge: nothing is stretched. Blue first."""
    pixels = np.asarray(image)[:, :, ::-1]
    height, width = pixels.shape[:2]
    return np.pad(pixels, ((0, -height % 32), (0, -width % 32), (0, 0)), mode="edge")


def _rows(boxes: Sequence[Pixels]) -> list[list[Pixels]]:
    """Boxes whose middles lie within each other's height stand in one row."""
    rows: list[list[Pixels]] = []
    for box in sorted(boxes, key=lambda box: float(box[:, 1].mean())):
        middle = float(box[:, 1].mean())
        row = rows[-1] if rows else None
        if row is not None and float(row[0][:2, 1].mean()) < middle < float(row[0][2:, 1].mean()):
            row.append(box)
        else:
            rows.append([box])
    return [sorted(row, key=lambda box: float(box[:, 0].min())) for row in rows]


def _crop(image: Image.Image, box: Pixels) -> Pixels:
    """The line, made level, blue first."""
    upper_left, upper_right, lower_right, lower_left = box
    width = max(np.linalg.norm(upper_left - upper_right), np.linalg.norm(lower_left - lower_right))
    height = max(np.linalg.norm(upper_left - lower_left), np.linalg.norm(upper_right - lower_right))
    size = max(1, round(float(width))), max(1, round(float(height)))
    corners = [float(value) for corner in (upper_left, lower_left, lower_right, upper_right) for value in corner]
    level = image.transform(size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC)
    return np.ascontiguousarray(np.asarray(level)[:, :, ::-1])


def mended(text: str) -> str:
    return text.strip()
