"""Families j (guided images) and k (mask expressions) of the reference, mapped onto our code."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from animator.masks.compose import binarize
from animator.masks.sources import ConstantMask, Masks, mask_of_image
from animator.presets.deforum import import_settings
from animator.settings import Animation
from animator.timeline.timeline import Timeline

Bytes = NDArray[np.uint8]


def guided(
    init_images: Mapping[str, str], max_frames: int, schedules: Mapping[str, str]
) -> dict[str, list[Any]]:
    settings = {"use_looper": True, "init_images": dict(init_images), "max_frames": max_frames, **schedules}
    film = Animation.model_validate(import_settings({"animation_mode": "2D", **settings}, "case").values)
    plans = [plan.guided for plan in Timeline(film)]
    return {
        "image": [plan.image for plan in plans],
        "blend_factor": [plan.share for plan in plans],
        "color_correction_factor": [plan.color_share for plan in plans],
    }


def mask(expression: str, masks: Mapping[str, Bytes], width: int, height: int) -> Bytes | None:
    cpu = torch.device("cpu")
    sized = {
        Path(name).stem: mask_of_image(Image.fromarray(pixels), (width, height), cpu)
        for name, pixels in masks.items()
    }
    composer = Masks(
        size=(width, height),
        named={
            "video_mask": ConstantMask(sized["video_mask"]),
            "everywhere": ConstantMask(torch.ones(height, width)),
        },
        device=cpu,
        words=lambda word, _, image: TopRows().find(word, image),
        dither=binarize,
        files={f"{name}.png": mask for name, mask in sized.items()},
    )
    found = composer.at(expression, 0, torch.zeros(3, height, width))
    return None if not found.any() else (found * 255.0).round().to(torch.uint8).numpy()


class TopRows:
    """The reference run's stand-in for word masks: the top rows, more of them for longer words."""

    def find(self, word: str, image: Tensor) -> Tensor:
        found = torch.zeros(image.shape[-2:])
        found[: 20 + 2 * len(word)] = 1.0
        return found
