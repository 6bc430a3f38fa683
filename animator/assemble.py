"""`build_pipeline`: the settings of a film and its models -> a filled pipeline."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch

from animator.anchor import AnchorRule, FirstDrawn, FirstMoved, Legacy, SceneDrawn
from animator.assemble_masks import Masking, masking_of
from animator.config import Animation
from animator.depth.model import DepthModel
from animator.diffusion.request import Diffuser
from animator.errors import UserError
from animator.flow.opening import open_flow
from animator.flow_tween import FlowTween
from animator.image import read_picture
from animator.modes import mode_of
from animator.pipeline import Ask, Filter, Motion, Pipeline, Source
from animator.slots.filters import (
    AntiBlur,
    Contrast,
    Grayscale,
    MatchColor,
    MatchImage,
    PerlinNoise,
    UniformNoise,
)
from animator.slots.guided import Guidance
from animator.slots.plane import Still, Warp2D, neutral_flip
from animator.slots.redraw import FlowRedo, Redo
from animator.slots.reference import DeforumMatch, DeforumMatchImage, DeforumNoise, FirstFrameOnly
from animator.slots.scene import Equalised, Normalised, Scaling, Scene, Steadied
from animator.slots.source import ClipFrame, LastPicture, Nothing
from animator.slots.space import DeforumWarp, PinholeWarp
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
    mode = mode_of(animation)
    sources: dict[str, Callable[[Animation, torch.device], Source]]
    sources = {"last": _last_picture, "clip": _clip, "nothing": _nothing}
    motions: dict[str, Callable[[Animation, torch.device], Motion]]
    motions = {"plane": _plane, "space": partial(_space, model=depth), "still": _still}
    match = _match_color(animation, device)
    masking = masking_of(animation, device)
    asks = (*_guidance(animation, device), *masking.asks)
    return Pipeline(
        source=sources[mode.source](animation, device),
        motion=motions[mode.motion](animation, device),
        before=(*_before(animation, match, masking), *_trials(animation, diffuser, device, asks))
        if mode.prepares
        else (),
        diffuser=diffuser,
        after=(*masking.within(*_match_after(animation, match)), *_grayscale(animation), *masking.overlays),
        tween=masking.over(_tween(animation, device)),
        anchor=_anchor(animation),
        asks=asks,
    )


def _before(animation: Animation, match: tuple[Filter, ...], masking: Masking) -> tuple[Filter, ...]:
    noise = _noise(animation, masking)
    return masking.within(*match, *_grayscale(animation), Contrast(), AntiBlur(), noise)


def _guidance(animation: Animation, device: torch.device) -> tuple[Ask, ...]:
    pictures = {path: read_picture(path, animation.size, device) for _, path in animation.guides}
    return (Guidance(pictures),) if pictures else ()


def _anchor(animation: Animation) -> AnchorRule:
    if animation.color.legacy:
        return Legacy()
    if animation.color.reference == "scene":
        return SceneDrawn()
    over_picture = animation.init.image
    return FirstMoved() if animation.compat and over_picture else FirstDrawn()


def _last_picture(animation: Animation, device: torch.device) -> Source:
    first = [path for _, path in animation.guides[:1]]
    path = first[0] if first else animation.init.image
    return LastPicture(read_picture(path, animation.size, device) if path else None)


def _clip(animation: Animation, device: torch.device) -> Source:
    settings = animation.video
    if not settings.path:
        raise UserError("video.path: is empty; the video mode redraws the pictures of a film file")
    clip = Clip(Path(settings.path), animation.size, settings.extract_from_frame, settings.extract_nth_frame)
    return ClipFrame(ClipReader(clip), device)


def _nothing(animation: Animation, device: torch.device) -> Source:
    return Nothing()


def _trials(
    animation: Animation, diffuser: Diffuser, device: torch.device, asks: tuple[Ask, ...]
) -> tuple[Filter, ...]:
    settings = animation.diffusion
    flow = open_flow(settings.optical_flow_redo_generation, animation.flow.raft, device)
    redo: tuple[Filter, ...] = ()
    if settings.diffusion_redo:
        redo = (Redo(diffuser, settings.diffusion_redo, asks),)
    return redo if flow is None else (FlowRedo(diffuser, flow, asks), *redo)


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
    sampling = Sampling(camera.sampling)
    if camera.projection == "pinhole":
        return PinholeWarp(scene, sampling, camera.reveal_noise)
    flip = _plane(animation, device) if animation.motion.enable_perspective_flip else None
    return DeforumWarp(scene, _PADDINGS[camera.padding], sampling, flip)


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
        return (DeforumMatchImage(space, image) if animation.compat else matched,)
    return (DeforumMatch(space),) if animation.compat else (MatchColor(space),)


def _match_after(animation: Animation, match: tuple[Filter, ...]) -> tuple[Filter, ...]:
    """Colours after the drawing; in the old order only an outside reference, on the first frame."""
    settings = animation.color
    if not settings.legacy:
        return match
    return tuple(FirstFrameOnly(step) for step in match) if settings.reference == "image" else ()


def _grayscale(animation: Animation) -> tuple[Filter, ...]:
    return (Grayscale(),) if animation.color.force_grayscale else ()


def _noise(animation: Animation, masking: Masking) -> Filter:
    perlin = _perlin(animation)
    if animation.compat:
        return DeforumNoise(perlin, masking.noised)
    return masking.noise_within(UniformNoise() if perlin is None else PerlinNoise(perlin))


def _perlin(animation: Animation) -> Perlin | None:
    settings = animation.noise
    if settings.type == "uniform":
        return None
    cells = max(1, int(settings.perlin_w)), max(1, int(settings.perlin_h))
    return Perlin(*cells, settings.perlin_octaves, settings.perlin_persistence)
