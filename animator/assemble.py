"""`build_pipeline`: the settings of a film and its models -> a filled pipeline."""

from collections.abc import Callable
from pathlib import Path

import torch

from animator.config import Animation, Noise
from animator.diffusion.request import Diffuser
from animator.errors import UserError
from animator.flow.opening import open_flow
from animator.flow_tween import FlowTween
from animator.image import read_picture
from animator.modes import mode_of
from animator.pipeline import Filter, Motion, Pipeline, Source
from animator.slots.filters import (
    AntiBlur,
    Contrast,
    Grayscale,
    MatchColor,
    MatchImage,
    PerlinNoise,
    UniformNoise,
)
from animator.slots.plane import Still, Warp2D
from animator.slots.redraw import FlowRedo, Redo
from animator.slots.scene import Equalised, Normalised, Scaling, Scene, Steadied
from animator.slots.source import ClipFrame, LastPicture, Nothing
from animator.slots.space import DeforumWarp, PinholeWarp
from animator.stages.color import Coherence, palette_of
from animator.stages.noise import Perlin
from animator.stages.resample import Border, Sampling
from animator.tween import Tween, chained, composed
from animator.video.reader import Clip, ClipReader

_TWEENS: dict[str, Tween] = {"composed": composed, "chained": chained}
_PADDINGS = {"border": Border.REPLICATE, "reflection": Border.REFLECT, "zeros": Border.ZEROS}


def build_pipeline(animation: Animation, diffuser: Diffuser, device: torch.device | str = "cpu") -> Pipeline:
    """The pipeline of a film.

    Args:
        animation: The settings.
        diffuser: The model that draws.
        device: Where pictures live; depth and flow networks are opened there.

    Raises:
        UserError: A network or a picture cannot be had.
    """
    device = torch.device(device)
    mode = mode_of(animation)
    sources: dict[str, Callable[[Animation, torch.device], Source]]
    sources = {"last": _last_picture, "clip": _clip, "nothing": _nothing}
    motions = {"plane": _plane, "space": _space, "still": _still}
    match = _match_color(animation, device)
    return Pipeline(
        source=sources[mode.source](animation, device),
        motion=motions[mode.motion](animation, device),
        before=(*_before(animation, match), *_trials(animation, diffuser, device)) if mode.prepares else (),
        diffuser=diffuser,
        after=(*match, *_grayscale(animation)),
        tween=_tween(animation, device),
    )


def _before(animation: Animation, match: tuple[Filter, ...]) -> tuple[Filter, ...]:
    return (*match, *_grayscale(animation), Contrast(), AntiBlur(), _noise(animation.noise))


def _last_picture(animation: Animation, device: torch.device) -> Source:
    path = animation.init.image
    return LastPicture(read_picture(path, animation.size, device) if path else None)


def _clip(animation: Animation, device: torch.device) -> Source:
    settings = animation.video
    if not settings.path:
        raise UserError("video.path: is empty; the video mode redraws the pictures of a film file")
    clip = Clip(Path(settings.path), animation.size, settings.extract_from_frame, settings.extract_nth_frame)
    return ClipFrame(ClipReader(clip), device)


def _nothing(animation: Animation, device: torch.device) -> Source:
    return Nothing()


def _trials(animation: Animation, diffuser: Diffuser, device: torch.device) -> tuple[Filter, ...]:
    settings = animation.diffusion
    flow = open_flow(settings.optical_flow_redo_generation, animation.flow.raft, device)
    redo: tuple[Filter, ...] = (Redo(diffuser, settings.diffusion_redo),) if settings.diffusion_redo else ()
    return redo if flow is None else (FlowRedo(diffuser, flow), *redo)


def _tween(animation: Animation, device: torch.device) -> Tween:
    settings = animation.diffusion
    flow = open_flow(settings.optical_flow_cadence, animation.flow.raft, device)
    return _TWEENS[settings.cadence_warp] if flow is None else FlowTween(flow)


def _still(animation: Animation, device: torch.device) -> Motion:
    return Still()


def _plane(animation: Animation, device: torch.device) -> Motion:
    settings = animation.motion
    return Warp2D(Border(settings.border), Sampling(settings.sampling), settings.enable_perspective_flip)


def _space(animation: Animation, device: torch.device) -> Motion:
    camera = animation.camera
    scene = _scene(animation, device) if animation.depth.use_depth_warping else None
    sampling = Sampling(camera.sampling)
    if camera.projection == "pinhole":
        return PinholeWarp(scene, sampling, camera.reveal_noise)
    return DeforumWarp(scene, _PADDINGS[camera.padding], sampling)


def _scene(animation: Animation, device: torch.device) -> Scene:
    from animator.depth.opening import Precision, open_depth  # loads timm: seconds that 2D films save

    settings = animation.depth
    best: Precision = "float32" if device.type == "cpu" else "float16"
    dtype = best if settings.dtype == "auto" else settings.dtype
    model = open_depth(settings.model, device, dtype, midas_weight=settings.midas_weight)
    by_itself: Scaling = Normalised() if animation.camera.projection == "pinhole" else Equalised()
    return Scene(model, settings.every, Steadied() if settings.stabilise else by_itself)


def _match_color(animation: Animation, device: torch.device) -> tuple[Filter, ...]:
    settings = animation.color
    space = Coherence(settings.coherence)
    if space is Coherence.NONE:
        return ()
    if settings.reference == "image":
        return (MatchImage(palette_of(read_picture(settings.image, None, device), space)),)
    return (MatchColor(space),)


def _grayscale(animation: Animation) -> tuple[Filter, ...]:
    return (Grayscale(),) if animation.color.force_grayscale else ()


def _noise(settings: Noise) -> Filter:
    if settings.type == "uniform":
        return UniformNoise()
    cells = max(1, int(settings.perlin_w)), max(1, int(settings.perlin_h))
    return PerlinNoise(Perlin(*cells, settings.perlin_octaves, settings.perlin_persistence))
