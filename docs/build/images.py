"""The images of docs/parameters.md, rendered by the film loop from a test card."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from animator.settings import Animation

SIDE, GAP, CAPTION = 144, 8, 18
SHOWN: Mapping[str, tuple[tuple[str, str], ...]] = {
    "diffusion": (("seeds.png", "The seeds of 24 generated frames by seed_behavior, from seed 7"),),
    "motion": (
        ("motion_2d.png", "One frame of 2D motion: the card, and each parameter alone"),
        ("border.png", "border, with the image moved by 40 pixels and rotated by 15 degrees"),
        ("motion_3d.png", "One frame of 3D motion without depth: the card, and each parameter alone"),
    ),
    "noise": (("noise.png", "Noise of amount 1 on gray, far more than films need"),),
}
_PLANE = {"use_depth_warping": False}
_MOTION_2D: tuple[tuple[str, dict[str, Any]], ...] = (
    ("still", {}),
    ("angle: 15", {"angle": 15}),
    ("zoom: 1.3", {"zoom": 1.3}),
    ("translation_x: 30", {"translation_x": 30}),
    ("translation_y: 30", {"translation_y": 30}),
    ("..._theta: 30", {"enable_perspective_flip": True, "perspective_flip_theta": 30}),
    ("..._phi: 30", {"enable_perspective_flip": True, "perspective_flip_phi": 30}),
    ("..._gamma: 30", {"enable_perspective_flip": True, "perspective_flip_gamma": 30}),
)
_MOTION_3D: tuple[tuple[str, dict[str, Any]], ...] = (
    ("translation_x: 40", {"translation_x": 40}),
    ("translation_y: 40", {"translation_y": 40}),
    ("translation_z: 40", {"translation_z": 40}),
    ("rotation_3d_x: 12", {"rotation_3d_x": 12}),
    ("rotation_3d_y: 12", {"rotation_3d_y": 12}),
    ("rotation_3d_z: 12", {"rotation_3d_z": 12}),
)
_NOISE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("uniform", {"type": "uniform"}),
    ("perlin", {}),
    ("perlin_w: 2", {"perlin_w": 2}),
    ("perlin_h: 2", {"perlin_h": 2}),
    ("perlin_octaves: 1", {"perlin_octaves": 1}),
    ("persistence: 1", {"perlin_persistence": 1}),
)


def images() -> Iterator[tuple[str, Image.Image]]:
    """Yields file name and image of every image."""
    yield "seeds.png", _seeds()
    yield "motion_2d.png", sheet([(label, _after(motion=motion)) for label, motion in _MOTION_2D], columns=4)
    yield (
        "border.png",
        sheet([(border, _moved_by(border)) for border in ("replicate", "wrap", "reflect", "zeros")]),
    )
    still = [("still", _after())]
    in_space = [(label, _after(mode="3d", motion=motion, depth=_PLANE)) for label, motion in _MOTION_3D]
    yield "motion_3d.png", sheet([*still, *in_space], columns=4)
    yield "noise.png", sheet([(label, _noisy(noise)) for label, noise in _NOISE], columns=6)


def _moved_by(border: str) -> Image.Image:
    return _after(motion={"translation_x": 40, "angle": 15, "border": border})


def _noisy(noise: Mapping[str, Any]) -> Image.Image:
    import torch

    return _after(torch.full((3, SIDE, SIDE), 0.5), noise={"amount": 1, **noise})


def _after(card: Any = None, **settings: Any) -> Image.Image:
    """Returns the test card, or the given image (3, H, W), one frame later."""
    from animator.images.image import to_uint8
    from animator.loop.build.pipeline import build_pipeline
    from animator.loop.render import render
    from animator.loop.state import State
    from animator.models.diffusion.passthrough import PassthroughDiffuser
    from animator.timeline.timeline import Timeline

    quiet = {"noise": {"amount": 0}, "sharpen": {"amount": 0}, "color": {"coherence": "none"}}
    film = Animation.model_validate(
        {"size": (SIDE, SIDE), "frames": 2, "diffusion": {"seed": 1, "strength": 1}, **quiet, **settings}
    )
    pipeline, timeline = build_pipeline(film, PassthroughDiffuser()), Timeline(film)
    if card is not None:
        (frame,) = render(timeline, pipeline, State(1, card, card))
    else:
        *_, frame = render(timeline, pipeline)
    return Image.fromarray(to_uint8(frame.image))


def sheet(panels: list[tuple[str, Image.Image]], columns: int = 4) -> Image.Image:
    """Returns images of one size in a grid, each above its caption."""
    rows, (wide, high) = -(-len(panels) // columns), panels[0][1].size
    grid = Image.new("RGB", (GAP + columns * (wide + GAP), GAP + rows * (high + CAPTION + GAP)), "white")
    draw, font = ImageDraw.Draw(grid), ImageFont.load_default(12)
    for index, (label, image) in enumerate(panels):
        x = GAP + index % columns * (wide + GAP)
        y = GAP + index // columns * (high + CAPTION + GAP)
        grid.paste(image, (x, y))
        draw.text((x, y + high + 3), label, (40, 40, 40), font)
    return grid


def _seeds() -> Image.Image:
    from animator.timeline.plot import Curve, plot
    from schedules.seeds import seed_sequence

    curves = []
    for name, every in (
        ("iter", 1),
        ("iter, seed_iter_n: 4", 4),
        ("fixed", 1),
        ("ladder", 1),
        ("alternate", 1),
    ):
        values = np.array(seed_sequence(name.split(",")[0], 7, 24, iter_n=every), dtype=np.float64)
        curves.append(Curve(name, values, tuple(range(24))))
    return plot(curves)
