"""`build_pipeline`: the settings of a film and its models -> a filled pipeline."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch

from animator.anchor import AnchorRule, FirstDrawn, FirstMoved, Legacy, SceneDrawn
from animator.config import Animation
from animator.control.diffuser import controlled
from animator.depth.model import DepthModel
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
    MatchClip,
    MatchColor,
    MatchImage,
    PerlinNoise,
    UniformNoise,
)
from animator.slots.plane import Still, Warp2D, neutral_flip
from animator.slots.redraw import FlowRedo, Redo
from animator.slots.reference import (
    DeforumAntiBlur,
    DeforumMatch,
    DeforumMatchOutside,
    DeforumNoise,
    FirstFrameOnly,
)
from animator.slots.scene import Equalised, Normalised, Scaling, Scene, Steadied
from animator.slots.source import ClipFrame, ClipLook, LastPicture, Nothing
from animator.slots.space import DeforumWarp, FlippedThenWarp, FlippedWarp, PinholeWarp
from animator.stages.color import Coherence, palette_of
from animator.stages.compat.warp2d import deforum_flip_matrix
from animator.stages.noise import Perlin
from animator.stages.resample import Border, Sampling
from animator.tween import Tween, chained, composed
from animator.video.reader import Clip, ClipReader

_TWEENS: dict[str, Tween] = {"composed": composed, "chained": chained}
_PADDINGS = {"border": Border.REPLICATE, "reflection": Border.REFLECT, "zeros": Border.ZEROS}


def build_pipeline(
    animation: Animation,
    diffuser: Diffuser,
    device: torch.device | str = "cpu",
    depth: DepthModel | None = None,
) -> Pipeline:
    """The pipeline of a film.

    Args:
        animation: The settings.
        diffuser: The model that draws.
        device: Where pictures live; depth and flow networks are opened there.
        depth: The depth network; None opens the one the settings name, where it is needed.

    Raises:
        UserError: A network or a picture cannot be had.
    """
    device = torch.device(device)
    diffuser = controlled(animation, diffuser, device, lambda: depth or _depth_model(animation, device))
    mode = mode_of(animation)
    sources: dict[str, Callable[[Animation, torch.device], Source]]
    sources = {"last": _last_picture, "clip": _clip, "nothing": _nothing}
    motions: dict[str, Callable[[Animation, torch.device], Motion]]
    motions = {"plane": _plane, "space": partial(_space, model=depth), "still": _still}
    match = _match_color(animation, device)
    return Pipeline(
        source=sources[mode.source](animation, device),
        motion=motions[mode.motion](animation, device),
        before=(*_before(animation, match), *_trials(animation, diffuser, device)) if mode.prepares else (),
        diffuser=diffuser,
        after=(*(_match_after(animation, match) if mode.matches else ()), *_grayscale(animation)),
        tween=_tween(animation, device),
        anchor=_anchor(animation),
    )


def _before(animation: Animation, match: tuple[Filter, ...]) -> tuple[Filter, ...]:
    anti_blur = DeforumAntiBlur() if animation.compat else AntiBlur()
    return (*match, *_grayscale(animation), Contrast(), anti_blur, _noise(animation))


def _anchor(animation: Animation) -> AnchorRule:
    if animation.color.legacy:
        return Legacy()
    if animation.color.reference == "scene":
        return SceneDrawn()
    return FirstMoved() if animation.compat and animation.init.image else FirstDrawn()


def _last_picture(animation: Animation, device: torch.device) -> Source:
    path = animation.init.image
    return LastPicture(read_picture(path, animation.size, device) if path else None)


def _clip(animation: Animation, device: torch.device) -> Source:
    return ClipFrame(_reader(animation, "the video mode"), device)


def _reader(animation: Animation, user: str) -> ClipReader:
    settings = animation.video
    if not settings.path:
        raise UserError(f"video.path: is empty; {user} needs the pictures of a film file")
    clip = Clip(Path(settings.path), animation.size, settings.extract_from_frame, settings.extract_nth_frame)
    return ClipReader(clip)


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


def _plane(animation: Animation, device: torch.device) -> Warp2D:
    settings = animation.motion
    flip = deforum_flip_matrix if animation.compat else neutral_flip
    flips = flip if settings.enable_perspective_flip else None
    return Warp2D(Border(settings.border), Sampling(settings.sampling), flips)


def _space(animation: Animation, device: torch.device, model: DepthModel | None) -> Motion:
    camera = animation.camera
    scene = None
    if animation.depth.use_depth_warping:
        scene = _scene(animation, model or _depth_model(animation, device))
    flip = _plane(animation, device) if animation.motion.enable_perspective_flip else None
    if camera.projection == "pinhole":
        pinhole = PinholeWarp(scene, Sampling(camera.sampling), camera.reveal_noise)
        return pinhole if flip is None else FlippedThenWarp(flip, pinhole)
    warp = DeforumWarp(scene, _PADDINGS[camera.padding], Sampling(camera.sampling))
    if flip is None:
        return warp
    return FlippedThenWarp(flip, warp) if animation.compat else FlippedWarp(flip, warp)


def _scene(animation: Animation, model: DepthModel) -> Scene:
    settings = animation.depth
    by_itself: Scaling = Normalised() if animation.camera.projection == "pinhole" else Equalised()
    return Scene(model, settings.every, Steadied() if settings.stabilise else by_itself)


def _depth_model(animation: Animation, device: torch.device) -> DepthModel:
    from animator.depth.opening import Precision, open_depth  # loads timm: seconds that 2D films save

    settings = animation.depth
    best: Precision = "float32" if device.type == "cpu" else "float16"
    dtype = best if settings.dtype == "auto" else settings.dtype
    return open_depth(settings.model, device, dtype, midas_weight=settings.midas_weight)


def _match_color(animation: Animation, device: torch.device) -> tuple[Filter, ...]:
    settings = animation.color
    space = Coherence(settings.coherence)
    if space is Coherence.NONE:
        return ()
    if settings.reference == "image":
        image = read_picture(settings.image, None, device)
        matched = MatchImage(palette_of(image, space))
        return (DeforumMatchOutside(space, lambda frame: image) if animation.compat else matched,)
    if settings.reference == "video":
        look = ClipLook(_reader(animation, "color.reference: video"), device, settings.video_every)
        return (DeforumMatchOutside(space, look.at) if animation.compat else MatchClip(space, look.at),)
    return (DeforumMatch(space),) if animation.compat else (MatchColor(space),)


def _match_after(animation: Animation, match: tuple[Filter, ...]) -> tuple[Filter, ...]:
    """Colours after the drawing; in the old order only an outside reference, on the first frame."""
    settings = animation.color
    if not settings.legacy:
        return match
    outside = settings.reference in ("image", "video")
    return tuple(FirstFrameOnly(step) for step in match) if outside else ()


def _grayscale(animation: Animation) -> tuple[Filter, ...]:
    return (Grayscale(),) if animation.color.force_grayscale else ()


def _noise(animation: Animation) -> Filter:
    settings = animation.noise
    if settings.type == "uniform":
        return DeforumNoise(None) if animation.compat else UniformNoise()
    cells = max(1, int(settings.perlin_w)), max(1, int(settings.perlin_h))
    perlin = Perlin(*cells, settings.perlin_octaves, settings.perlin_persistence)
    return DeforumNoise(perlin) if animation.compat else PerlinNoise(perlin)
