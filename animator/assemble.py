"""`build_pipeline`: the settings of a film and its models -> a filled pipeline. Only here is `mode` read."""

import torch

from animator.config import Animation, Noise
from animator.depth.opening import Precision, open_depth
from animator.diffusion.request import Diffuser
from animator.pipeline import Filter, Motion, Pipeline
from animator.slots.filters import AntiBlur, Contrast, MatchColor, PerlinNoise, UniformNoise
from animator.slots.plane import Warp2D
from animator.slots.scene import Equalised, Normalised, Scaling, Scene, Steadied
from animator.slots.source import LastPicture
from animator.slots.space import DeforumWarp, PinholeWarp
from animator.stages.color import Coherence
from animator.stages.noise import Perlin
from animator.stages.resample import Border, Sampling
from animator.tween import Tween, chained, composed

_TWEENS: dict[str, Tween] = {"composed": composed, "chained": chained}
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
        tween=_TWEENS[animation.diffusion.cadence_warp],
    )


def _warp_2d(animation: Animation, device: torch.device) -> Motion:
    settings = animation.motion
    return Warp2D(Border(settings.border), Sampling(settings.sampling), settings.enable_perspective_flip)


def _warp_3d(animation: Animation, device: torch.device) -> Motion:
    camera = animation.camera
    scene = _scene(animation, device) if animation.depth.use_depth_warping else None
    sampling = Sampling(camera.sampling)
    if camera.projection == "pinhole":
        return PinholeWarp(scene, sampling, camera.reveal_noise)
    return DeforumWarp(scene, _PADDINGS[camera.padding], sampling)


def _scene(animation: Animation, device: torch.device) -> Scene:
    settings = animation.depth
    best: Precision = "float32" if device.type == "cpu" else "float16"
    dtype = best if settings.dtype == "auto" else settings.dtype
    model = open_depth(settings.model, device, dtype, midas_weight=settings.midas_weight)
    by_itself: Scaling = Normalised() if animation.camera.projection == "pinhole" else Equalised()
    return Scene(model, settings.every, Steadied() if settings.stabilise else by_itself)


def _match_color(animation: Animation) -> tuple[Filter, ...]:
    space = Coherence(animation.color.coherence)
    return () if space is Coherence.NONE else (MatchColor(space),)


def _noise(settings: Noise) -> Filter:
    if settings.type == "uniform":
        return UniformNoise()
    cells = max(1, int(settings.perlin_w)), max(1, int(settings.perlin_h))
    return PerlinNoise(Perlin(*cells, settings.perlin_octaves, settings.perlin_persistence))
