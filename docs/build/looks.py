"""The sheet of looks in docs/steps.md: every built-in step at several strengths, on frames of one film.

`python -m docs.build.looks` renders it with the built-in model, in seconds.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image

import animator
from animator.images.image import to_uint8
from animator.loop.build.steps import output_steps
from animator.loop.output import finish
from docs.build.images import sheet

ROOT = Path(__file__).resolve().parents[2]
SIZE, COLUMNS = (192, 192), 5
FILM: Mapping[str, Any] = {
    "size": [*SIZE],
    "frames": 12,
    "prompts": "a lake at sunset, sun, mountains, reflection",
    "diffusion": {"seed": 5, "steps": 20, "cadence": 12},
    "motion": {"translation_x": -3, "border": "reflect"},
}
"""One image, which moves."""
Look = tuple[str, Mapping[str, Any]]
LOOKS: Mapping[str, tuple[Look, ...]] = {
    "mirror": tuple((keep, {"keep": keep}) for keep in ("left", "right", "top", "bottom", "bottom-left")),
    "kaleidoscope": (
        *((f"segments: {count}", {"segments": count}) for count in (2, 3, 6)),
        ("6, angle: 0", {"angle": 0}),
        ("8, center_y: 0.8", {"segments": 8, "center_y": 0.8}),
    ),
    "echo": (
        ("amount: 0.5", {}),
        ("amount: 0.85", {"amount": 0.85}),
        ("lighten, decay: 0.1", {"amount": 1, "blend": "lighten"}),
        ("lighten, decay: 0.02", {"amount": 1, "blend": "lighten", "decay": 0.02}),
        ("darken, decay: 0.1", {"amount": 1, "blend": "darken"}),
    ),
    "grade": (
        ("exposure: -1", {"exposure": -1}),
        ("exposure: 1", {"exposure": 1}),
        ("temperature: 60", {"temperature": 60}),
        ("temperature: -60", {"temperature": -60}),
        ("tint: 20", {"tint": 20}),
        ("tint: -20", {"tint": -20}),
        ("contrast: 0.6", {"contrast": 0.6}),
        ("contrast: 1.5", {"contrast": 1.5}),
        ("saturation: 0.3", {"saturation": 0.3}),
        ("saturation: 1.8", {"saturation": 1.8}),
    ),
    "lift_gamma_gain": (
        ("lift: 0.2", {"lift": 0.2}),
        ("gamma: 0.6", {"gamma": 0.6}),
        ("gamma: 1.6", {"gamma": 1.6}),
        ("gain: 1.4", {"gain": 1.4}),
        ("blue, lift: 0.25", {"channel": "blue", "lift": 0.25}),
    ),
    "lut": tuple((f"amount: {share}", {"amount": share}) for share in (0.2, 0.4, 0.6, 0.8, 1)),
    "glow": (
        ("amount: 0.5", {}),
        ("amount: 1.5", {"amount": 1.5}),
        ("1.5, threshold: 0.3", {"amount": 1.5, "threshold": 0.3}),
        ("1.5, radius: 0.01", {"amount": 1.5, "radius": 0.01}),
        ("1.5, radius: 0.1", {"amount": 1.5, "radius": 0.1}),
    ),
    "chromatic_shift": (
        ("spread: 0.005", {}),
        ("spread: 0.02", {"spread": 0.02}),
        ("spread: 0.05", {"spread": 0.05}),
        ("spread: -0.05", {"spread": -0.05}),
        ("shift_x: 0.02", {"spread": 0, "shift_x": 0.02}),
    ),
    "vignette": (
        ("amount: 0.3", {}),
        ("amount: 0.6", {"amount": 0.6}),
        ("amount: 1", {"amount": 1}),
        ("1, start: 0", {"amount": 1, "start": 0}),
        ("1, start: 0.7", {"amount": 1, "start": 0.7}),
    ),
    "grain": (
        ("amount: 0.03", {}),
        ("amount: 0.06", {"amount": 0.06}),
        ("0.06, size: 1", {"amount": 0.06, "size": 1}),
        ("0.06, size: 4", {"amount": 0.06, "size": 4}),
        ("0.06, color: 1", {"amount": 0.06, "color": 1}),
    ),
}
"""For each step what is below its images, and its settings; `lut` gets a file of the sheet."""


def looks_sheet() -> Image.Image:
    """Returns the sheet: frames of the film without a look, then each step in a row or two."""
    film = animator.load({**FILM, "steps": []})
    pipeline = animator.build_pipeline(film, animator.open_diffuser("starter", "cpu"))
    frames = list(animator.render(animator.Timeline(film), pipeline))
    shown = frames[-2 * COLUMNS + 1 :: 2]
    panels = [(f"no look, frame {one.plan.frame}", Image.fromarray(one.pixels)) for one in shown]
    with tempfile.TemporaryDirectory() as folder:
        lut = Path(folder) / "dusk.cube"
        lut.write_text("\n".join(["LUT_3D_SIZE 9", *_dusk(9)]))
        for name, looks in LOOKS.items():
            for label, settings in looks:
                file = {"file": str(lut)} if name == "lut" else {}
                step = {"use": name, "at": "output", **settings, **file}
                panels.append((f"{name}, {label}", _with_look(frames, step)))
    return sheet(panels, COLUMNS)


def _with_look(frames: Sequence[animator.Frame], step: Mapping[str, Any]) -> Image.Image:
    """Returns the last of a film's frames with a step on all of them."""
    film = animator.load({**FILM, "steps": [step]})
    steps, state = output_steps(film), animator.State()
    for frame, plan in zip(frames, animator.Timeline(film), strict=True):
        image, trails = finish(steps, frame.image, plan, state)
        state = replace(state, trails=trails)
    return Image.fromarray(to_uint8(image))


def _dusk(side: int) -> Iterator[str]:
    """Yields the lines of a LUT with warm highlights and blue shadows, by blue, green and red."""
    ends = [number / (side - 1) for number in range(side)]
    for blue in ends:
        for green in ends:
            for red in ends:
                light = 0.3 * red + 0.6 * green + 0.1 * blue
                warm = 0.35 * (light - 0.4)
                yield " ".join(f"{value:.5f}" for value in (red + warm, green + warm / 4, blue - warm))


if __name__ == "__main__":
    looks_sheet().save(ROOT / "docs" / "pictures" / "looks.jpg", quality=84, optimize=True)
