"""Figures drawn as SVG text, without library and scripts, narrow enough for a phone. Knows nothing of files."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from bot.evaluate.metrics import Figure

WIDTH, ROW, BAR = 360, 40, 352


def intervals(figures: Sequence[Figure]) -> str:
    """For each figure its name and value, and below a bar for the mean (0 to 1) with a whisker for its interval."""
    parts = []
    for place, item in enumerate(figures):
        top = place * ROW + 14
        middle = top + 12
        low, high = (4 + BAR * end for end in (item.low, item.high))
        parts.append(
            f'<text x="4" y="{top}">{escape(item.name)}</text>'
            f'<text x="{WIDTH - 4}" y="{top}" text-anchor="end">{item.mean:.2f} ({item.low:.2f} to {item.high:.2f}),'
            f" n {item.n}</text>"
            f'<rect x="4" y="{top + 6}" width="{BAR}" height="12" class="track"/>'
            f'<rect x="4" y="{top + 6}" width="{BAR * item.mean:.1f}" height="12" class="bar"/>'
            f'<path class="whisker" d="M{low:.1f} {middle}H{high:.1f}'
            f'M{low:.1f} {middle - 4}v8M{high:.1f} {middle - 4}v8"/>'
        )
    return _svg(parts, len(figures) * ROW + 4, "Means with 95 % intervals")


def distribution(values: Sequence[float], bins: int = 24) -> str:
    """A histogram of milliseconds."""
    if not values:
        return ""
    longest = max(values) or 1.0
    counts = [0] * bins
    for value in values:
        counts[min(int(value / longest * bins), bins - 1)] += 1
    step, height = (WIDTH - 8) / bins, 110
    parts = [
        f'<rect x="{4 + place * step:.1f}" y="{height - count / max(counts) * 100:.1f}" width="{step - 2:.1f}"'
        f' height="{count / max(counts) * 100:.1f}" class="bar"/>'
        for place, count in enumerate(counts)
        if count
    ]
    parts.append(f'<path d="M4 {height}H{WIDTH - 4}" class="whisker"/>')
    parts.append(f'<text x="4" y="{height + 16}">0 ms</text>')
    parts.append(f'<text x="{WIDTH - 4}" y="{height + 16}" text-anchor="end">{longest:.0f} ms</text>')
    return _svg(parts, height + 24, "Time to the whole answer")


def curve(points: Sequence[tuple[float, float]]) -> str:
    """A line through points of 0 to 1 each, coverage to the right and risk upwards."""
    left, top, wide, high = 36, 10, WIDTH - 56, 150
    path = " ".join(f"{left + wide * x:.1f},{top + high * (1 - y):.1f}" for x, y in points)
    parts = [
        f'<path class="whisker" d="M{left} {top}V{top + high}H{left + wide}"/>',
        f'<polyline points="{path}" class="line"/>',
        *(
            f'<text x="{left + wide * at:.0f}" y="{top + high + 16}" text-anchor="middle">{at:.0%}</text>'
            for at in (0, 0.25, 0.5, 0.75, 1)
        ),
        *(
            f'<text x="{left - 4}" y="{top + high * (1 - at) + 4:.0f}" text-anchor="end">{at:.0%}</text>'
            for at in (0.5, 1)
        ),
    ]
    return _svg(parts, top + high + 24, "Risk against coverage")


def _svg(parts: Sequence[str], height: int, title: str) -> str:
    body = "".join(parts)
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">{body}</svg>'
