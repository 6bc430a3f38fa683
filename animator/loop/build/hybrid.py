"""Hybrid video: the settings of a film -> what its clip does in the pipeline."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from animator.errors import UserError
from animator.images.image import read_image
from animator.images.resample import Sampling
from animator.loop.build.compat import behavior_of
from animator.loop.build.models import folders_of
from animator.loop.pipeline import Step
from animator.loop.steps.clip_motion import (
    Carry,
    ClipMotion,
    ClipToClip,
    DenseFlow,
    FilmToClip,
    Found,
    GlobalMotion,
    Kind,
)
from animator.loop.steps.composite import (
    AfterFirst,
    BlendMask,
    ClipDepthMask,
    Composite,
    DepthMask,
    DifferenceMask,
    Mask,
    Tone,
    Toned,
    contrast_tone,
    cutoff_tone,
    even_tone,
    inverse_tone,
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
    """What the clip does.

    Attributes:
        after_motion: Steps on the last image once the camera has moved it, in order.
        after: Steps on the drawn image.
        motion: Carries in-betweens along; None where the clip moves nothing.
    """

    after_motion: tuple[Step, ...] = ()
    after: tuple[Step, ...] = ()
    motion: ClipMotion | None = None


def build_hybrid(
    animation: Animation, clip: FrameSource, depth: Callable[[], DepthModel], device: torch.device
) -> Hybrid:
    """What the clip does in a film.

    Args:
        animation: The settings.
        clip: What the clip shows.
        depth: Opens the depth network.
        device: Where images live.

    Raises:
        UserError: A network or an image cannot be had.
    """
    settings = animation.hybrid
    motion = _motion(animation, clip, device)
    carry: tuple[Step, ...] = () if motion is None else (Carry(motion),)
    if settings.composite == "none":
        return Hybrid(carry, (), motion)
    mix = Composite(_mixed_in(animation, clip, device), _mask(animation, depth))
    if settings.composite == "Before Motion":
        return Hybrid((mix, *carry), (), motion)
    if settings.composite == "Normal":
        return Hybrid((*carry, mix), (), motion)
    return Hybrid(carry, (AfterFirst(mix),), motion)


def _mixed_in(animation: Animation, clip: FrameSource, device: torch.device) -> FrameSource:
    if not animation.hybrid.use_init_image:
        return clip
    if not animation.init.image:
        raise UserError("hybrid.use_init_image: is true, and init.image is empty; name the image there")
    return StillImage(read_image(animation.init.image, animation.size, device))


def _motion(animation: Animation, clip: FrameSource, device: torch.device) -> ClipMotion | None:
    settings, behavior = animation.hybrid, behavior_of(animation)
    sampling = Sampling(animation.motion.sampling)
    if settings.motion == "none":
        return None
    if settings.motion == "Optical Flow":
        return _following(animation, clip, DenseFlow(_flow(animation, device), behavior.flow_warp(sampling)))
    whole = GlobalMotion(MotionModel(settings.motion), sampling, behavior.feature_contrast)
    return _following(animation, clip, whole)


def _following(animation: Animation, clip: FrameSource, kind: Kind[Found]) -> ClipMotion:
    return FilmToClip(clip, kind) if animation.hybrid.motion_use_prev_img else ClipToClip(clip, kind)


def _flow(animation: Animation, device: torch.device) -> FlowModel:
    settings = animation.hybrid
    model = open_flow(settings.flow_method, animation.flow.raft, device, folders_of(animation))
    if model is None:
        raise AssertionError("hybrid.flow_method has no None")
    if not settings.flow_consistency:
        return model
    behavior = behavior_of(animation)
    return ConsistencyFiltered(model, behavior.reliability, behavior.soften(settings.consistency_blur))


def _mask(animation: Animation, depth: Callable[[], DepthModel]) -> Mask | None:
    masks: dict[str, Callable[[], Mask]] = {
        "Depth": lambda: DepthMask(depth()),
        "Video Depth": lambda: ClipDepthMask(depth()),
        "Blend": BlendMask,
        "Difference": DifferenceMask,
    }
    kind = animation.hybrid.comp_mask_type
    return None if kind == "none" else Toned(masks[kind](), tuple(_tones(animation)))


def _tones(animation: Animation) -> list[Tone]:
    settings = animation.hybrid
    evens = settings.comp_mask_equalize
    tones: list[Tone] = [inverse_tone] if settings.comp_mask_inverse else []
    tones += [even_tone] if evens in ("Before", "Both") else []
    tones += [contrast_tone]
    tones += [cutoff_tone] if settings.comp_mask_auto_contrast else []
    return tones + ([even_tone] if evens in ("After", "Both") else [])
