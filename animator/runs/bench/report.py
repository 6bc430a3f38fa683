"""What `animator bench` prints: a table for people, a mapping for programs."""

from collections.abc import Iterable, Mapping
from typing import Any

from animator.runs.bench.measure import OTHER, Measurement
from animator.settings.modes import mode_name

SCHEMA = "animator.bench.1"


def to_mapping(measured: Measurement) -> dict[str, Any]:
    """Returns a measurement as JSON has it; times are milliseconds per frame."""
    bench = measured.bench
    return {
        **measured.facts,
        "schema": SCHEMA,
        "frame_ms": round(measured.frame_ms, 3),
        "model_ms": round(measured.model_ms, 3),
        "host_ms": round(measured.host_ms, 3),
        "stages": {name: round(value, 3) for name, value in _ordered(measured.stages)},
        "writing": {name: round(value, 3) for name, value in _ordered(measured.writing)},
        "frames": measured.frames,
        "generations": measured.generations,
        "sampler_steps": measured.sampler_steps,
        "written_bytes": round(measured.written_bytes),
        "peak_bytes": measured.peak_bytes,
        "size": list(bench.film.size),
        "mode": mode_name(bench.film),
        "cadence": bench.film.plain()["diffusion"]["cadence"],
        "video": bench.makes_video,
        "model": bench.model,
    }


def to_table(measured: Measurement) -> str:
    """Returns a measurement as text."""
    film, facts = measured.bench.film, measured.facts
    mode, cadence = mode_name(film), film.plain()["diffusion"]["cadence"]
    width, height = film.size
    totals = (("a frame", measured.frame_ms), ("model", measured.model_ms), ("all else", measured.host_ms))
    video = "with its video" if measured.bench.makes_video else "without a video"
    lines = [
        f"{width} x {height}, {mode}, cadence {cadence}, {measured.frames} frames {video}, "
        f"model {measured.bench.model}, {facts['device']}, {_count(facts['threads'], 'thread')}",
        "",
        *_rows(totals),
        "",
        *_rows(_ordered(measured.stages)),
        "",
        "beside it, in the thread that writes:",
        *_rows(_ordered(measured.writing)),
        "",
        f"{measured.written_bytes / 1e6:.2f} MB written per frame{_peak(measured.peak_bytes)}",
    ]
    return "\n".join(lines) + "\n"


def _ordered(stages: Mapping[str, float]) -> list[tuple[str, float]]:
    """Returns the stages, the slowest first and what is left last."""
    return sorted(stages.items(), key=lambda stage: (stage[0] == OTHER, -stage[1]))


def _rows(times: Iterable[tuple[str, float]]) -> list[str]:
    """Returns a line for each time that is not zero as printed."""
    return [f"{name:24}{milliseconds:10.2f} ms" for name, milliseconds in times if milliseconds >= 0.005]


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _peak(peak_bytes: int | None) -> str:
    return "" if peak_bytes is None else f"; {peak_bytes / 1e6:.0f} MB of memory at most"
