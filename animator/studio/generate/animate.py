"""A film that begins with a generated image, with the settings of the image."""

from typing import Any

from animator.presets import yaml_text
from animator.studio.generate.image_values import value_at
from animator.studio.generate.orders import KeptImage

_SAME = {
    "negative_prompt": "negative_prompt",
    "model": "model",
    "size": "size",
    "seed": "diffusion.seed",
    "steps": "diffusion.steps",
    "cfg_scale": "diffusion.cfg_scale",
    "sampler": "diffusion.sampler",
    "clip_skip": "diffusion.clip_skip",
}
"""Settings of images that films have, too, and their paths there."""


def film_of(image: KeptImage, name: str) -> str:
    """Returns the preset of a film that begins with an image.

    Args:
        image: The image.
        name: The name that settings have for it.
    """
    film: dict[str, Any] = {"prompts": {0: str(value_at(image.settings, "prompt") or "")}}
    for ours, theirs in _SAME.items():
        value = value_at(image.settings, ours)
        if value in (None, ""):
            continue
        group, _, inner = theirs.rpartition(".")
        if group:
            film.setdefault(group, {})[inner] = value
        else:
            film[theirs] = value
    return yaml_text.dump({**film, "init": {"image": name}})
