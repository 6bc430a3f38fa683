"""The report of a run: curves of its frame metrics, and thumbnails, in one HTML file."""

import base64
import html
import io
import os
from collections.abc import Sequence
from pathlib import Path

from animator.core.atomic import atomic_write
from animator.core.read import UnreadableError, read_bytes
from animator.errors import RunError
from animator.images.image_file import decode_file
from animator.runs.run_reader import RunReader

METRICS = ("red", "green", "blue", "contrast", "detail", "flicker")
COLORS = ("#c33", "#393", "#36c", "#333", "#939", "#b60")
THUMBNAILS = 16
MAX_REPORT_BYTES = 400_000_000
WIDTH, HEIGHT = 720, 120
STYLE = (
    "body{font:14px sans-serif;margin:2em;max-width:760px}svg{background:#f7f7f7}img{margin:2px}"
    "figure{display:inline-block;margin:0;text-align:center;font-size:11px}"
)


def write_report(folder: Path) -> Path:
    """Writes report.html from a run's frames and metrics, and returns its path.

    Raises:
        RunError: The folder holds no frame metrics, or a report.html of another program.
        UserError: A frame cannot be read.
    """
    path = folder / "report.html"
    if os.path.lexists(path) and not _is_report(path):
        raise RunError(f"{path}: is not a report of animator, and would be replaced; move it")
    run = RunReader.open(folder)
    metrics = run.metrics.read()
    if not metrics:
        raise RunError(f"{folder}: has no frame metrics (frames.jsonl); render at least one frame")
    shown = sorted({round(i * (len(metrics) - 1) / (THUMBNAILS - 1)) for i in range(THUMBNAILS)})
    frames = [int(metrics[i]["frame"]) for i in shown]
    thumbnails = [_thumbnail(run.frame_path(frame), frame) for frame in frames]
    title = html.escape(run.animation.name)
    curves = [
        _curve(name, [line[name] for line in metrics], color)
        for name, color in zip(METRICS, COLORS, strict=True)
    ]
    page = (
        f"<!doctype html><meta charset=utf-8><title>{title}</title><style>{STYLE}</style>"
        f"<h1>{title}</h1><p>{len(metrics)} frames</p>{''.join(thumbnails)}{''.join(curves)}\n"
    )
    atomic_write(path, page.encode())
    return path


def _is_report(path: Path) -> bool:
    try:
        return not path.is_symlink() and STYLE.encode() in read_bytes(path, MAX_REPORT_BYTES)
    except UnreadableError:
        return False


def _thumbnail(path: Path, frame: int) -> str:
    small = decode_file(path).over_black
    small.thumbnail((170, 170))
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=80)
    data = base64.b64encode(buffer.getvalue()).decode()
    return f'<figure><img src="data:image/jpeg;base64,{data}" alt="frame {frame}"><br>{frame}</figure>'


def _curve(name: str, values: Sequence[float], color: str) -> str:
    low, high = min(values), max(values)
    span, last = high - low or 1.0, max(len(values) - 1, 1)
    points = " ".join(
        f"{WIDTH * i / last:.1f},{HEIGHT - (HEIGHT - 8) * (value - low) / span - 4:.1f}"
        for i, value in enumerate(values)
    )
    return (
        f"<h3>{name} <small>{low:.4f} to {high:.4f}</small></h3>"
        f'<svg width="{WIDTH}" height="{HEIGHT}">'
        f'<polyline fill="none" stroke="{color}" points="{points}"/></svg>'
    )
