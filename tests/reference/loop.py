"""Whole loops of the reference, with its stand-ins for the diffusion and for depth."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from animator.images.image import from_uint8, to_uint8
from animator.loop.build.pipeline import build_pipeline
from animator.loop.render import render
from animator.models.diffusion.request import GenerationRequest
from animator.presets.clip import with_clip_length
from animator.presets.deforum import import_settings
from animator.settings.raw import RawPreset
from animator.settings.validate import validate
from animator.timeline.timeline import Timeline

Bytes = NDArray[np.uint8]
PATHS = ("init_image", "color_coherence_image_path", "mask_file", "video_init_path", "video_mask_path")
NAMING = ("init_images", "mask_schedule", "noise_mask_schedule")
"""Settings that name files of the inputs somewhere within."""


@dataclass(frozen=True)
class StandIn:
    """The reference run's stand-in for diffusion: the target rolled by the seed, blended over the image."""

    target: Bytes
    calls: list[dict[str, Any]] = field(default_factory=list)

    def generate(self, request: GenerationRequest) -> Tensor:
        self.calls.append(_call(request))
        width, height = request.size
        rolled = np.roll(self.target, (request.seed % 13, request.seed % 17), axis=(0, 1))[:height, :width]
        if request.image is None:
            return from_uint8(rolled)
        denoise = 1.0 - request.strength
        start = to_uint8(request.image).astype(np.float64)
        return from_uint8(np.floor(start * (1 - denoise) + rolled * denoise + 0.5).astype(np.uint8))


class StandInDepth:
    """The reference run's stand-in for a depth network."""

    def estimate(self, image: Tensor) -> Tensor:
        height, width = image.shape[-2:]
        rows = torch.arange(height, dtype=torch.float32).unsqueeze(1) / (height - 1)
        levels = to_uint8(image).astype(np.float32).mean(2)
        return (4 + 10 * rows + 0.05 * torch.from_numpy(levels)).expand(height, width)


def render_trace(settings: Mapping[str, Any], inputs_dir: str | Path) -> dict[str, Any]:
    folder = Path(inputs_dir)
    files = folder / "render_files"
    given = {
        key: str(files / Path(value).name)
        if key in PATHS and value and (files / Path(value).name).exists()
        else value
        for key, value in settings.items()
    } | {"video_init_path": str(folder / "hybrid_inputframes")}
    for key in (key for key in NAMING if given.get(key)):
        for file in files.iterdir():
            given[key] = given[key].replace(file.name, str(file))
    imported = import_settings(given, "trace")
    animation = validate(RawPreset("trace", with_clip_length(imported.values, folder), {}))
    with np.load(folder / "render.npz") as arrays:
        stand_in = StandIn(arrays["target"])
    pipeline = build_pipeline(animation, stand_in, "cpu", StandInDepth())
    frames = {frame.plan.frame: to_uint8(frame.image) for frame in render(Timeline(animation), pipeline)}
    return {"calls": stand_in.calls, "frames": frames}


def _call(request: GenerationRequest) -> dict[str, Any]:
    drawn_over = request.image is not None
    return {
        "kind": "img2img" if drawn_over else "txt2img",
        "prompt": request.prompt.positive,
        "negative_prompt": request.prompt.negative,
        "seed": request.seed,
        "subseed": request.subseed,
        "subseed_strength": request.subseed_strength,
        "steps": request.steps,
        "cfg_scale": request.cfg_scale,
        "sampler_name": request.sampler,
        "denoising_strength": 1.0 - request.strength if drawn_over else 0,
    }
