"""The images of samplers on the studio's page of models: the same seed at growing numbers of steps.

`python -m docs.build.sampler_images` generates them with the built-in model, in a few minutes.
"""

from collections.abc import Iterator
from pathlib import Path

from PIL import Image

import animator
from animator.models.diffusion.samplers.registry import METHODS
from animator.studio.models.samplers import STEPS, image_of
from animator.studio.static import STATIC_FOLDER

PROMPT = "a castle on a hill at dusk, clouds"
SIDE, SHOWN = 256, 128
"""Pixels at which images are generated, and at which they are shown."""
SEED = 11


def strips() -> Iterator[tuple[Path, Image.Image]]:
    """Yields path and image of each sampler: its images side by side, by their steps."""
    diffuser = animator.open_diffuser("starter", "cpu")
    for name in METHODS:
        strip = Image.new("RGB", (SHOWN * len(STEPS), SHOWN))
        for place, steps in enumerate(STEPS):
            (made,) = animator.generate(
                PROMPT, diffuser=diffuser, sampler=name, steps=steps, seed=SEED, size=(SIDE, SIDE)
            )
            small = Image.fromarray(made.pixels).resize((SHOWN, SHOWN), Image.Resampling.LANCZOS)
            strip.paste(small, (SHOWN * place, 0))
        yield STATIC_FOLDER / image_of(name), strip


if __name__ == "__main__":
    for path, strip in strips():
        path.parent.mkdir(parents=True, exist_ok=True)
        strip.save(path, quality=85, optimize=True)
