"""`build_pipeline`: fills the slots of a pipeline from a film's settings and models."""

from collections.abc import Callable
from functools import cache

import torch

from animator.film.clip_cuts import ClipCuts
from animator.film.open_clip import open_clip
from animator.images.image import read_image
from animator.loop.build.compat import behavior_of
from animator.loop.build.faces import build_faces
from animator.loop.build.hybrid import Hybrid, build_hybrid
from animator.loop.build.init_image import read_init_image
from animator.loop.build.ip_adapter import adapters_of
from animator.loop.build.masks import masking_of, masks_of
from animator.loop.build.models import folders_of
from animator.loop.build.motion import motion_of, open_depth_model, reveal_of
from animator.loop.build.steps import after_steps, before_steps, match_color_steps, output_steps
from animator.loop.build.tween import tween_of
from animator.loop.color_anchor import ColorAnchorRule, DeforumLegacy, FirstFrame, SceneStart
from animator.loop.pipeline import NO_CUTS, Cuts, Pipeline, Source, Step
from animator.loop.requests import Guidance, RequestStep
from animator.loop.steps.clip_motion import ClipMotionTween
from animator.loop.steps.controlnet import units_of
from animator.loop.steps.frame_source import ClipFrames, FrameSource
from animator.loop.steps.redo import FlowRedo, Redo
from animator.loop.steps.reveal import RevealTween
from animator.loop.steps.source import ClipFrame, LastImage, PromptOnly
from animator.loop.tweens.tween import Chained
from animator.models.controlnet.preprocessors.open import Networks
from animator.models.depth.model import DepthModel
from animator.models.device import choose_device
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.request import Diffuser
from animator.models.flow.open_flow import open_flow
from animator.settings import Animation
from animator.settings.compat import rules_of
from animator.settings.inputs import tracks
from animator.settings.modes import Mode, mode_of


def build_pipeline(
    animation: Animation,
    diffuser: Diffuser,
    device: torch.device | str = "cpu",
    depth: DepthModel | None = None,
) -> Pipeline:
    """Returns the pipeline of a film.

    Args:
        animation: The settings.
        diffuser: The diffusion model.
        device: Where images live; depth and flow networks are opened there.
        depth: The depth network; None opens the one in the settings if it is needed.

    Raises:
        UserError: A network or an image is not available.
    """
    device = choose_device(device)
    mode = mode_of(animation)
    clip = cache(lambda: _clip(animation, device))
    network = cache(lambda: depth or open_depth_model(animation, device))
    match = match_color_steps(animation, diffuser, device, clip)
    cuts = cache(lambda: _cuts(animation, clip()))
    hybrid = build_hybrid(animation, clip(), network, device, cuts()) if animation.is_hybrid else Hybrid()
    masks = cache(lambda: masks_of(animation, device, clip))
    masking = masking_of(animation, device, masks, clip)
    request_steps = (
        *_guidance(animation, device),
        *masking.request_steps,
        *units_of(animation, device, Networks(device, Library(folders_of(animation)), network), masks),
        *adapters_of(animation, device, masks),
    )
    reveal = reveal_of(animation, network, hybrid.motion)
    plain_tween = tween_of(animation, device, reveal)
    tween = masking.overlay_tween(plain_tween)
    tween = ClipMotionTween(tween, hybrid.motion) if hybrid.motion else tween
    if reveal is not None:
        tween = RevealTween(tween, reveal, isinstance(plain_tween, Chained))
    return Pipeline(
        source=_source(mode, animation, device, clip),
        motion=motion_of(animation, network),
        before=(
            *before_steps(animation, match, masking),
            *(_redo_steps(animation, diffuser, device, request_steps) if mode.prepares else ()),
        ),
        diffuser=diffuser,
        after=after_steps(animation, match, masking, hybrid.after),
        tween=tween,
        anchor=_anchor(animation),
        after_motion=hybrid.after_motion,
        overlays=masking.overlays,
        request_steps=request_steps,
        cuts=cuts() if animation.shows_clip else NO_CUTS,
        faces=build_faces(animation, device),
        reveal=reveal,
        tracked=masks().tracked if tracks(animation) else None,
        output=output_steps(animation),
    )


def _source(
    mode: Mode, animation: Animation, device: torch.device, clip: Callable[[], FrameSource]
) -> Source:
    if mode.source == "clip":
        return ClipFrame(clip())
    return PromptOnly() if mode.source == "nothing" else _last_image(animation, device, clip)


def _guidance(animation: Animation, device: torch.device) -> tuple[RequestStep, ...]:
    images = {path: read_image(path, animation.size, device) for _, path in animation.guides}
    return (Guidance(images),) if images else ()


def _anchor(animation: Animation) -> ColorAnchorRule:
    if animation.color.legacy:
        return DeforumLegacy()
    if animation.color.reference in ("scene", "prompt"):
        return SceneStart()
    init = animation.init.image or animation.hybrid_begins_over_clip
    return behavior_of(animation).anchor_over_image if init else FirstFrame()


def _last_image(animation: Animation, device: torch.device, clip: Callable[[], FrameSource]) -> Source:
    if animation.hybrid_begins_over_clip:
        return LastImage(clip().at(0))
    if animation.guides:
        return LastImage(read_image(animation.guides[0][1], animation.size, device))
    return LastImage(read_init_image(animation, device) if animation.init.image else None)


def _cuts(animation: Animation, frames: ClipFrames) -> Cuts:
    if not rules_of(animation).splits_at_clip_cuts:
        return NO_CUTS
    return ClipCuts(frames.clip, animation.size, animation.frames)


def _clip(animation: Animation, device: torch.device) -> ClipFrames:
    clip = open_clip(animation.video.spec, animation.size, animation.fps)
    clip.frame_map.check(animation.frames)
    return ClipFrames(clip, device)


def _redo_steps(
    animation: Animation, diffuser: Diffuser, device: torch.device, request_steps: tuple[RequestStep, ...]
) -> tuple[Step, ...]:
    settings = animation.diffusion
    flow = open_flow(
        settings.optical_flow_redo_generation, animation.flow.raft, device, folders_of(animation)
    )
    redo: tuple[Step, ...] = ()
    if settings.diffusion_redo:
        redo = (Redo(diffuser, settings.diffusion_redo, request_steps),)
    return redo if flow is None else (FlowRedo(diffuser, flow, request_steps), *redo)
