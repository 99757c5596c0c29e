"""Text out of a screenshot, read on this machine: PP-OCRv6 through rapidocr, whose models lie in its wheel.

Lines are found in a picture of bounded size and read from the original one, top to bottom, until the time is up.
"""

from __future__ import annotations

import re
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

# Lines below it are not in `text`: on blurred pictures less than half of their letters were right (.38), of the next
# tenth .60, of lines from .9 up .94; on sharp ones no line is below .82.
SURE: Final = 0.6
# A lone character is often a drawn shape (口, O, 日): 39 of 56 that icons and codes gave are below, no real one was.
ALONE: Final = 0.8
SECONDS: Final = 20.0
THREADS: Final = 2
# Lines are looked for in so many pixels at most, and in so many at once: the first bounds the time, the second memory.
LOOKED_AT: Final = 8_000_000
AT_ONCE: Final = 2_000_000
# A line longer than so many heights is read in pieces: time and memory grow with the square of its length.
LONGEST: Final = 100
# So much of a line's height is left around it: without it underscores and quotes at the edge are lost.
MARGIN: Final = 0.05


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
        kept = (line.text for line in self.lines if line.confidence >= (SURE if len(line.text) > 1 else ALONE))
        return "\n".join(kept)


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
            except Exception as error:
                raise ImageError(
                    "没能读出图片里的文字，请把报错复制成文字发送。"
                    " The text in the image could not be read; paste it as text."
                ) from error

    def _read(self, image: Screenshot, until: float) -> Recognized:
        if self._engine is None:
            self._engine = _engine()
        pixels = _pixels(image)
        lines: list[Line] = []
        for number, box in enumerate(box for row in _rows(self._boxes(pixels)) for box in row):
            if number and self._clock() > until:
                return Recognized(tuple(lines), whole=False)
            line = self._line(_crop(pixels, box))
            if line.text:
                lines.append(line)
        return Recognized(tuple(lines))

    def _line(self, crop: Pixels) -> Line:
        height = crop.shape[0]
        text, sure = "", 0.0
        for start, end, gap in _parts(crop[:, :, 1].T, LONGEST * height, 2 * height):
            read = self._engine.recognize_txt([crop[:, start:end]])
            text += (" " if gap > height / 3 else "") + read.txts[0]
            sure += float(read.scores[0]) * (end - start) / crop.shape[1]
        return Line(mended(text), min(1.0, max(0.0, sure)))

    def _boxes(self, pixels: Image.Image) -> list[Pixels]:
        """The corners of each line, from the upper left one clockwise, in the original's pixels."""
        scale = min(1.0, (LOOKED_AT / (pixels.width * pixels.height)) ** 0.5)
        small = pixels
        if scale < 1:
            size = max(1, round(pixels.width * scale)), max(1, round(pixels.height * scale))
            small = pixels.resize(size, Image.Resampling.BOX)
        array = np.asarray(small)[:, :, ::-1]
        boxes: list[Pixels] = []
        for start, end, _ in _parts(array[:, :, 1], max(64, AT_ONCE // small.width), 64):
            found = self._engine(_padded(array[start:end]), use_det=True, use_cls=False, use_rec=False)
            boxes += [] if found.boxes is None else [box + np.array([0, start]) for box in found.boxes]
        ratio, limit = pixels.width / small.width, np.array([pixels.width, pixels.height])
        return [np.clip(box * ratio, 0, limit) for box in boxes]


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


def _padded(pixels: Pixels) -> Pixels:
    """Both sides a multiple of 32, as the network wants them: the edge is repeated, nothing stretched."""
    height, width = pixels.shape[:2]
    return np.pad(pixels, ((0, -height % 32), (0, -width % 32), (0, 0)), mode="edge")


def _parts(grey: Pixels, most: int, near: int) -> list[tuple[int, int, int]]:
    """Cuts the rows into parts of about `most`, where least is drawn: start, end, and how wide the gap before it is."""
    length = grey.shape[0]
    count = -(-length // most)
    cuts, gaps = [0], [0]
    if count > 1 and grey.shape[1] > 1:
        drawn = np.abs(np.diff(grey.astype(np.int16), axis=1)).mean(axis=1)
        for number in range(1, count):
            first = max(cuts[-1] + 1, length * number // count - near)
            calm = drawn[first : first + 2 * near]
            edges = np.flatnonzero(np.diff([0, *(calm <= calm.min() + 1), 0]))
            starts, ends = edges[::2], edges[1::2]
            widest = int((ends - starts).argmax())
            cuts.append(first + int(starts[widest] + ends[widest]) // 2)
            gaps.append(int(ends[widest] - starts[widest]))
    return list(zip(cuts, [*cuts[1:], length], gaps, strict=True))


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
    """The line and a margin, made level, blue first."""
    across, down = (box[1] - box[0] + box[2] - box[3]) / 2, (box[3] - box[0] + box[2] - box[1]) / 2
    width, height = max(1.0, float(np.linalg.norm(across))), max(1.0, float(np.linalg.norm(down)))
    right, below = across / width * height * MARGIN, down * MARGIN
    wider = box + np.array([-right - below, right - below, right + below, below - right])
    upper_left, upper_right, lower_right, lower_left = np.clip(wider, 0, [image.width, image.height])
    corners = [float(value) for corner in (upper_left, lower_left, lower_right, upper_right) for value in corner]
    size = max(1, round(width + 2 * height * MARGIN)), max(1, round(height * (1 + 2 * MARGIN)))
    level = image.transform(size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC)
    return np.ascontiguousarray(np.asarray(level)[:, :, ::-1])


_QUOTES: Final = str.maketrans("“”‘’", "\"\"''")
# Words in capitals that consoles print, in which an O is read as a zero.
_CAPITALS: Final = frozenset(
    "CONNECTION ERROR FORBIDDEN FOR FOUND FROM HOST INFO INTO LOCATION LOCK NO NOT OPTIONS OR POST PROTOCOL TIMEOUT TO "
    "TOO UNAUTHORIZED UNKNOWN VERSION".split()
)
_MENDING: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    # A full-width colon or comma with program text on both sides: "key"：1 and https：//host.
    (re.compile(r"(?<=[\w\"'\])}])\s?：(?=\s?[\"'\[{/])", re.ASCII), ":"),
    (re.compile(r"(?<=[\"'\])}])\s?，(?=\s?[\"'\[{]|$)"), ","),
    (re.compile(r"(?<=\b[Rr]equest)ld\b|(?<=\b[Rr]eq)ld\b"), "Id"),
    (re.compile(r"\b0ct\b"), "Oct"),
)


def mended(text: str) -> str:
    """What the model was seen to misread in program text, and nothing else."""
    text = " ".join(text.split())
    if re.match(r"[“\"{\[]", text) and re.search(r"[”\"]\s?[：:]", text):  # JSON
        text = text.translate(_QUOTES)
    for pattern, right in _MENDING:
        text = pattern.sub(right, text)
    return re.sub(r"\b[A-Z]*0[A-Z0]*\b", _capitals, text)


def _capitals(found: re.Match[str]) -> str:
    word = found[0].replace("0", "O")
    return word if word in _CAPITALS else found[0]
