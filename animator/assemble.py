"""`build_pipeline`: the settings of a film and its models -> a filled pipeline. Only here is `mode` read."""

import torch

from animator.config import Animation, Noise
from animator.depth.model import DepthModel
from animator.depth.opening import open_depth
from animator.diffusion.request import Diffuser
from animator.pipeline import Filter, Motion, Pipeline
from animator.slots.filters import AntiBlur, Contrast, MatchColor, PerlinNoise, UniformNoise
from animator.slots.motion import Warp2D, Warp3D
from animator.slots.source import LastPicture
from animator.stages.color import Coherence
from animator.stages.noise import Perlin
from animator.stages.resample import Border, Sampling

_PADDINGS = {"border": Border.REPLICATE, "reflection": Border.REFLECT, "zeros": Border.ZEROS}


def build_pipeline(animation: Animation, diffuser: Diffuser, device: torch.device | str = "cpu") -> Pipeline:
    """The pipeline of a film.

    Args:
        animation: The settings.
        diffuser: The model that draws.
        device: Where pictures live; depth networks are opened there.

    Raises:
        ModelError: A depth network cannot be had.
    """
    device = torch.device(device)
    fillings = {"2d": _warp_2d, "3d": _warp_3d}
    motion = fillings[animation.mode](animation, device)
    match = _match_color(animation)
    return Pipeline(
        source=LastPicture(),
        motion=motion,
        before=(*match, Contrast(), AntiBlur(), _noise(animation.noise)),
        diffuser=diffuser,
        after=match,
    )


def _warp_2d(animation: Animation, device: torch.device) -> Motion:
    settings = animation.motion
    return Warp2D(Border(settings.border), Sampling(settings.sampling), settings.enable_perspective_flip)


def _warp_3d(animation: Animation, device: torch.device) -> Motion:
    settings = animation.depth
    model: DepthModel | None = None
    if settings.use_depth_warping:
        half = "float32" if device.type == "cpu" else "float16"
        dtype = half if settings.dtype == "auto" else settings.dtype
        model = open_depth(settings.model, device, dtype, midas_weight=settings.midas_weight)
    camera = animation.camera
    return Warp3D(model, settings.every, _PADDINGS[camera.padding], Sampling(camera.sampling))


def _match_color(animation: Animation) -> tuple[Filter, ...]:
    space = Coherence(animation.color.coherence)
    return () if space is Coherence.NONE else (MatchColor(space),)


def _noise(settings: Noise) -> Filter:
    if settings.type == "uniform":
        return UniformNoise()
    cells = max(1, int(settings.perlin_w)), max(1, int(settings.perlin_h))
    return PerlinNoise(Perlin(*cells, settings.perlin_octaves, settings.perlin_persistence))
