"""`build_hybrid`: the steps and the motion that hybrid video takes from a clip."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from animator.errors import UserError
from animator.images.resample import Sampling
from animator.loop.build.compat import behavior_of
from animator.loop.build.init_image import read_init_image
from animator.loop.build.models import folders_of
from animator.loop.pipeline import NO_CUTS, Cuts, Step
from animator.loop.steps.clip_motion import (
    ClipMotion,
    ClipMotionStep,
    ClipToClip,
    DenseFlow,
    FilmToClip,
    GlobalMotion,
    MotionKind,
    MotionT,
)
from animator.loop.steps.composite import (
    BlendMask,
    ClipDepthMask,
    Composite,
    DepthMask,
    DifferenceMask,
    Mask,
    SkipFirstFrame,
    Tone,
    TonedMask,
    contrast_tone,
    equalize_tone,
    invert_tone,
    stretch_tone,
)
from animator.loop.steps.frame_source import FrameSource, StillImage
from animator.models.depth.model import DepthModel
from animator.models.flow.consistency import ConsistencyFiltered
from animator.models.flow.features import MotionModel
from animator.models.flow.model import FlowModel
from animator.models.flow.open_flow import open_flow
from animator.settings import Animation


@dataclass(frozen=True)
class Hybrid:
    """The parts of a pipeline that come from the clip.

    Attributes:
        after_motion: Steps on the last image after the camera's warp, in order.
        after: Steps on the generated image.
        motion: Warps in-betweens; None if the film takes no motion from the clip.
    """

    after_motion: tuple[Step, ...] = ()
    after: tuple[Step, ...] = ()
    motion: ClipMotion | None = None


def build_hybrid(
    animation: Animation,
    clip: FrameSource,
    depth: Callable[[], DepthModel],
    device: torch.device,
    cuts: Cuts = NO_CUTS,
) -> Hybrid:
    """Returns the hybrid steps of a film.

    Args:
        animation: The settings.
        clip: The images of the clip.
        depth: Opens the depth network.
        device: Where images live.
        cuts: Of the clip, over which it moves nothing.

    Raises:
        UserError: A network or an image is not available.
    """
    settings = animation.hybrid
    motion = _motion(animation, clip, device, cuts)
    warp: tuple[Step, ...] = () if motion is None else (ClipMotionStep(motion),)
    if settings.composite == "none":
        return Hybrid(warp, (), motion)
    composite = Composite(_composite_source(animation, clip, device), _mask(animation, depth))
    if settings.composite == "Before Motion":
        return Hybrid((composite, *warp), (), motion)
    if settings.composite == "Normal":
        return Hybrid((*warp, composite), (), motion)
    return Hybrid(warp, (SkipFirstFrame(composite),), motion)


def _composite_source(animation: Animation, clip: FrameSource, device: torch.device) -> FrameSource:
    if not animation.hybrid.use_init_image:
        return clip
    if not animation.init.image:
        raise UserError(
            "hybrid.use_init_image: is true, but init.image is empty; set it to the image to blend in"
        )
    return StillImage(read_init_image(animation, device))


def _motion(animation: Animation, clip: FrameSource, device: torch.device, cuts: Cuts) -> ClipMotion | None:
    settings, behavior = animation.hybrid, behavior_of(animation)
    sampling = Sampling(animation.motion.sampling)
    if settings.motion == "none":
        return None
    if settings.motion == "Optical Flow":
        flow = DenseFlow(_flow(animation, device), behavior.flow_warp(sampling))
        return _clip_motion(animation, clip, flow, cuts)
    kind = GlobalMotion(MotionModel(settings.motion), sampling, behavior.feature_contrast)
    return _clip_motion(animation, clip, kind, cuts)


def _clip_motion(
    animation: Animation, clip: FrameSource, kind: MotionKind[MotionT], cuts: Cuts
) -> ClipMotion:
    if animation.hybrid.motion_use_prev_img:
        return FilmToClip(clip, kind, cuts)
    return ClipToClip(clip, kind, cuts)


def _flow(animation: Animation, device: torch.device) -> FlowModel:
    settings = animation.hybrid
    model = open_flow(settings.flow_method, animation.flow.raft, device, folders_of(animation))
    if model is None:
        raise AssertionError("hybrid.flow_method has no None")
    if not settings.flow_consistency:
        return model
    behavior = behavior_of(animation)
    return ConsistencyFiltered(model, behavior.confidence, behavior.soften(settings.consistency_blur))


def _mask(animation: Animation, depth: Callable[[], DepthModel]) -> Mask | None:
    masks: dict[str, Callable[[], Mask]] = {
        "Depth": lambda: DepthMask(depth()),
        "Video Depth": lambda: ClipDepthMask(depth()),
        "Blend": BlendMask,
        "Difference": DifferenceMask,
    }
    kind = animation.hybrid.comp_mask_type
    return None if kind == "none" else TonedMask(masks[kind](), tuple(_tones(animation)))


def _tones(animation: Animation) -> list[Tone]:
    settings = animation.hybrid
    equalize = settings.comp_mask_equalize
    tones: list[Tone] = [invert_tone] if settings.comp_mask_inverse else []
    tones += [equalize_tone] if equalize in ("Before", "Both") else []
    tones += [contrast_tone]
    tones += [stretch_tone] if settings.comp_mask_auto_contrast else []
    return tones + ([equalize_tone] if equalize in ("After", "Both") else [])
