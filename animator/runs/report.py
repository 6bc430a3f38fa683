"""A page about a run: curves of its vital signs, and thumbnails, in one HTML file."""

import base64
import html
import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from animator.core.atomic import atomic_write
from animator.errors import RunError
from animator.runs.metrics_log import MetricsLog
from animator.runs.run import Run

SIGNS = ("red", "green", "blue", "contrast", "detail", "flicker")
COLORS = ("#c33", "#393", "#36c", "#333", "#939", "#b60")
THUMBNAILS = 16
WIDTH, HEIGHT = 720, 120
STYLE = (
    "body{font:14px sans-serif;margin:2em;max-width:760px}svg{background:#f7f7f7}img{margin:2px}"
    "figure{display:inline-block;margin:0;text-align:center;font-size:11px}"
)


def write_report(folder: Path) -> Path:
    """The path of report.html, made from a run's frames and measurements.

    Raises:
        RunError: The folder holds no measured frames.
    """
    vitals = MetricsLog(folder / "frames.jsonl").read()
    if not vitals:
        raise RunError(f"{folder}: holds no measured frames (frames.jsonl)")
    with Run.take_up(folder) as run:
        shown = sorted({round(i * (len(vitals) - 1) / (THUMBNAILS - 1)) for i in range(THUMBNAILS)})
        thumbnails = [
            _thumbnail(run.frame_path(int(vitals[i]["frame"])), int(vitals[i]["frame"])) for i in shown
        ]
        name = html.escape(run.animation.name)
    curves = [
        _curve(sign, [vital[sign] for vital in vitals], color)
        for sign, color in zip(SIGNS, COLORS, strict=True)
    ]
    page = (
        f"<!doctype html><meta charset=utf-8><title>{name}</title><style>{STYLE}</style>"
        f"<h1>{name}</h1><p>{len(vitals)} frames</p>{''.join(thumbnails)}{''.join(curves)}\n"
    )
    path = folder / "report.html"
    atomic_write(path, page.encode())
    return path


def _thumbnail(path: Path, frame: int) -> str:
    try:
        with Image.open(path) as image:
            small = image.convert("RGB")
            small.thumbnail((170, 170))
    except OSError as error:
        raise RunError(f"{path}: cannot be read: {error}") from error
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=80)
    data = base64.b64encode(buffer.getvalue()).decode()
    return f'<figure><img src="data:image/jpeg;base64,{data}" alt="frame {frame}"><br>{frame}</figure>'


def _curve(sign: str, values: Sequence[float], color: str) -> str:
    low, high = min(values), max(values)
    span, last = high - low or 1.0, max(len(values) - 1, 1)
    points = " ".join(
        f"{WIDTH * i / last:.1f},{HEIGHT - (HEIGHT - 8) * (value - low) / span - 4:.1f}"
        for i, value in enumerate(values)
    )
    return (
        f"<h3>{sign} <small>{low:.4f} to {high:.4f}</small></h3>"
        f'<svg width="{WIDTH}" height="{HEIGHT}">'
        f'<polyline fill="none" stroke="{color}" points="{points}"/></svg>'
    )
