"""Families d to i of the reference vectors, through the pipelines of films with the cases' settings.

Images are uint8 (H, W, 3), blue first; masks uint8 (H, W); depth and flow float32.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from animator.images.depth_map import prepare_depth as product_prepare_depth
from animator.images.image import from_uint8, to_uint8
from animator.loop.build.hybrid import build_hybrid
from animator.loop.build.pipeline import build_pipeline
from animator.loop.pipeline import Pipeline, Step
from animator.loop.state import State
from animator.loop.steps.clip_motion import ClipMotionStep, DenseFlow, FilmToClip
from animator.loop.steps.deforum import DeforumNoise
from animator.loop.steps.frame_source import StillImage
from animator.loop.steps.masking import Area
from animator.loop.steps.motion_2d import Warp2D
from animator.loop.steps.motion_3d import FlippedThenWarp
from animator.masks.sources import ConstantMask, Masks
from animator.models.diffusion.fake import FakeDiffuser
from animator.presets.deforum import import_settings
from animator.settings import Animation
from animator.timeline.plan import Plan
from animator.timeline.timeline import Timeline

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
CPU = torch.device("cpu")

RENAMED = {name: f"{name}_schedule" for name in ("fov", "near", "far", "aspect_ratio")}
"""Names of schedules that differ from those of their settings in the cases."""

QUIET = {"noise_schedule": 0, "color_coherence": "None", "amount_schedule": 0}
"""The steps before the diffusion, all off: a case switches its own on."""

NEARNESS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "Leres": torch.neg,
    "Zoe": torch.reciprocal,
    "AdaBins": torch.reciprocal,
    "Zoe+AdaBins (old)": torch.reciprocal,
    "Midas+AdaBins (old)": lambda mixture: 50.0 - 19.0 * mixture,
}
"""Networks here whose output for a case's map differs from that of Deforum's network of the same name."""

SCALE = 256.0
"""Levels per unit of an image in 3D: division by a power of two is exact, so truncation agrees."""

GUARD = 1 / 512 - 0.0001
"""Offset that the reference adds to levels before it truncates them, with its "(old)" networks."""


@dataclass(frozen=True)
class KnownDepth:
    """A depth network that always gives a case's map."""

    nearness: Tensor

    def estimate(self, image: Tensor) -> Tensor:
        return self.nearness


@dataclass(frozen=True)
class RoundedFlip(Warp2D):
    """A film's perspective flip, rounded to whole levels as the reference's is before the 3D warp."""

    def flip_image(self, image: Tensor, plan: Plan) -> Tensor:
        return (super().flip_image(image, plan) * SCALE).round() / SCALE


def warp2d(image: Bytes, params: Mapping[str, Any], repeats: int = 1) -> Bytes:
    pipeline, plan = _film(image, {"animation_mode": "2D", **_settings(params)})
    for _ in range(repeats):
        image = _bgr(pipeline.motion.warp(_rgb(image), [plan], None))
    return image


def warp3d(image: Bytes, depth: Floats | None, params: Mapping[str, Any], repeats: int = 1) -> Bytes:
    algorithm = params["depth_algorithm"]
    settings = {"animation_mode": "3D", "use_depth_warping": depth is not None, **_settings(params)}
    given = torch.ones(1) if depth is None else torch.from_numpy(depth)
    network = KnownDepth(NEARNESS.get(algorithm, torch.clone)(given))
    pipeline, plan = _film(image, settings, network)
    motion, guard = pipeline.motion, GUARD if "(old)" in algorithm else 0.0
    if isinstance(motion, FlippedThenWarp):
        motion = replace(motion, flip=RoundedFlip(**vars(motion.flip)))
    levels = _rgb(image) * 255.0
    for _ in range(repeats):
        start = levels.round() / SCALE
        moved = motion.warp(start, [plan], motion.estimate_depth(start, plan, None))
        levels = (moved * SCALE + guard).clamp(0.0, 255.0).floor()
    return _bgr(levels / 255.0)


def prepare_depth(depth: Floats) -> Floats:
    return np.asarray(product_prepare_depth(torch.from_numpy(depth)).numpy())


def noise(
    image: Bytes,
    noise_type: str,
    seed: int,
    amount: float,
    args: Sequence[float],
    mask: Bytes | None,
    invert_mask: bool,
) -> Bytes:
    perlin = dict(zip(("perlin_w", "perlin_h", "perlin_octaves", "perlin_persistence"), args, strict=True))
    settings = {"noise_type": noise_type, "seed": seed, "noise_schedule": f"0: ({amount!r})", **perlin}
    pipeline, plan = _film(image, {**QUIET, **settings})
    steps = pipeline.before if mask is None else _noised_within(pipeline.before, mask, invert_mask)
    return _through(steps, image, plan, State())


def match_color(image: Bytes, sample: Bytes, mode: str) -> Bytes:
    with TemporaryDirectory() as folder:
        path = _written(Path(folder) / "sample.png", sample)
        settings = {"color_coherence": mode, "color_coherence_image_path": path}
        pipeline, plan = _film(image, {**QUIET, **settings})
    return _through(pipeline.before, image, plan, State(anchor=_rgb(sample)))


def sharpen(
    image: Bytes, kernel: int, sigma: float, amount: float, threshold: float, mask: Bytes | None
) -> Bytes:
    schedules = {"kernel": kernel, "sigma": sigma, "amount": amount, "threshold": threshold}
    settings = {f"{name}_schedule": f"0: ({value!r})" for name, value in schedules.items()}
    masked = dict.fromkeys(("use_mask", "use_init", "use_alpha_as_mask"), mask is not None)
    with TemporaryDirectory() as folder:
        path = _written(Path(folder) / "init.png", image, mask)
        pipeline, plan = _film(image, {**QUIET, **settings, **masked, "init_image": path})
    return _through(pipeline.before, image, plan, State())


def flow(i1: Bytes, i2: Bytes, method: str) -> Floats:
    kind, plan = _hybrid_flow(i1, {"hybrid_flow_method": method})
    found = kind.estimate(_rgb(i1), _rgb(i2), plan)
    return np.ascontiguousarray(found.permute(1, 2, 0).numpy())


def flow_warp(image: Bytes, flow: Floats, factor: float) -> Bytes:
    kind, _ = _hybrid_flow(image, {"hybrid_flow_method": "DIS Medium"})
    return _bgr(kind.warp(_rgb(image), torch.from_numpy(flow).permute(2, 0, 1) * factor))


def _settings(params: Mapping[str, Any]) -> dict[str, Any]:
    """Deforum settings of a case's numbers by name: schedules as text, words and switches as they are."""
    plain = (str, bool)
    return {
        RENAMED.get(name, name): value if isinstance(value, plain) else f"0: ({value!r})"
        for name, value in params.items()
    }


def _animation(image: Bytes, settings: Mapping[str, Any]) -> Animation:
    """The film of Deforum settings, as large as the image: cases have sides that no preset may."""
    film = Animation.model_validate(import_settings({"max_frames": 1, **settings}, "case").values)
    return film.model_copy(update={"size": (image.shape[1], image.shape[0])})


def _film(
    image: Bytes, settings: Mapping[str, Any], depth: KnownDepth | None = None
) -> tuple[Pipeline, Plan]:
    animation = _animation(image, settings)
    return build_pipeline(animation, FakeDiffuser(), CPU, depth), Timeline(animation)[0]


def _hybrid_flow(image: Bytes, settings: Mapping[str, Any]) -> tuple[DenseFlow, Plan]:
    """Returns a film's hybrid motion by dense flow, and the plan of its frame."""
    motion = {"animation_mode": "2D", "hybrid_motion": "Optical Flow", "hybrid_motion_use_prev_img": True}
    animation = _animation(image, {**motion, **settings})
    (carry,) = build_hybrid(animation, StillImage(_rgb(image)), _no_depth, CPU).after_motion
    assert isinstance(carry, ClipMotionStep) and isinstance(carry.motion, FilmToClip)
    assert isinstance(carry.motion.kind, DenseFlow)
    return carry.motion.kind, Timeline(animation)[0]


def _no_depth() -> KnownDepth:
    raise AssertionError("flow needs no depth")


def _noised_within(steps: Sequence[Step], mask: Bytes, inverted: bool) -> tuple[Step, ...]:
    """The steps with noise inside a mask as it is; a film makes its masks black and white before."""
    height, width = mask.shape
    still = ConstantMask(torch.from_numpy(mask).float() / 255.0)
    masks = Masks((width, height), {"video_mask": still}, CPU)
    area = Area(masks, lambda plan: "{video_mask}", inverted=inverted)
    return tuple(replace(step, area=area) if isinstance(step, DeforumNoise) else step for step in steps)


def _through(steps: Sequence[Step], image: Bytes, plan: Plan, state: State) -> Bytes:
    changed = _rgb(image)
    for step in steps:
        changed = step.apply(changed, plan, state)
    return _bgr(changed)


def _written(path: Path, image: Bytes, alpha: Bytes | None = None) -> str:
    """The path of a image written with its alpha channel, if it has one."""
    planes = [image[..., ::-1]] if alpha is None else [image[..., ::-1], alpha[..., None]]
    Image.fromarray(np.ascontiguousarray(np.concatenate(planes, axis=2))).save(path)
    return str(path)


def _rgb(image: Bytes) -> Tensor:
    return from_uint8(np.ascontiguousarray(image[..., ::-1]))


def _bgr(image: Tensor) -> Bytes:
    return np.ascontiguousarray(to_uint8(image)[..., ::-1])
