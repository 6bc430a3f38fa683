"""Builders of the steps before and after the diffusion, in order."""

from collections.abc import Callable
from functools import cache, partial

import torch
from torch import Tensor

from animator.images.color import Coherence
from animator.images.image import read_image
from animator.images.noise import Perlin
from animator.loop.build.compat import behavior_of
from animator.loop.build.masks import Masking
from animator.loop.pipeline import OutputStep, Step
from animator.loop.requests import request_of
from animator.loop.steps.deforum import FirstFrameOnly
from animator.loop.steps.filters import Contrast, Grayscale, MatchClip, MatchPrompts, PresetStep
from animator.loop.steps.frame_source import FrameSource
from animator.models.diffusion.request import Diffuser
from animator.settings import Animation
from animator.settings.modes import mode_of
from animator.settings.step import Place
from animator.timeline.timeline import Timeline


def before_steps(animation: Animation, match: tuple[Step, ...], masking: Masking) -> tuple[Step, ...]:
    """Returns the steps before the diffusion, in order.

    Args:
        animation: The settings.
        match: Steps that match colors.
        masking: Where steps act.
    """
    from_preset, behavior = _preset_steps(animation, "before"), behavior_of(animation)
    if not mode_of(animation).prepares:
        return masking.within(*from_preset)
    return masking.within(
        *match,
        *_grayscale(animation),
        Contrast(),
        behavior.anti_blur(masking.sharpen_mask),
        *from_preset,
        behavior.noise(_perlin(animation), masking.noise_area),
    )


def after_steps(
    animation: Animation, match: tuple[Step, ...], masking: Masking, composite: tuple[Step, ...]
) -> tuple[Step, ...]:
    """Returns the steps after the diffusion, in order.

    Args:
        animation: The settings.
        match: Steps that match colors.
        masking: Where steps act.
        composite: Steps that blend in the clip.
    """
    return (
        *composite,
        *masking.within(*_match_after(animation, match)),
        *_grayscale(animation),
        *masking.within(*_preset_steps(animation, "after")),
    )


def output_steps(animation: Animation) -> tuple[OutputStep, ...]:
    """Returns the steps on the frames that leave the loop, in order."""
    steps = _preset_steps(animation, "output")
    return tuple(OutputStep(step, animation.steps[step.index].is_trail) for step in steps)


def _preset_steps(animation: Animation, at: Place) -> tuple[PresetStep, ...]:
    return tuple(PresetStep(index) for index, step in enumerate(animation.steps) if step.at == at)


def match_color_steps(
    animation: Animation, diffuser: Diffuser, device: torch.device, clip: Callable[[], FrameSource]
) -> tuple[Step, ...]:
    """Returns the steps that match colors before the diffusion.

    Args:
        animation: The settings.
        diffuser: Generates the images of later prompts, whose colors are matched.
        device: Where images live.
        clip: Opens the clip.

    Raises:
        UserError: The reference image cannot be read.
    """
    settings, behavior = animation.color, behavior_of(animation)
    space = Coherence(settings.coherence)
    mode = mode_of(animation)
    if space is Coherence.NONE or not (mode.prepares or mode.matches):
        return ()
    if settings.reference == "image":
        image = read_image(settings.image, None, device)
        return (behavior.match_image(space, image),)
    if settings.reference == "video":
        match_image = partial(behavior.match_image, space)
        return (MatchClip(match_image, clip(), settings.coherence_video_every_n_frames),)
    make_match = partial(behavior.match_anchor, space)
    if settings.follows_prompts:
        return (MatchPrompts(make_match, _generate_prompt(animation, diffuser)),)
    return (make_match(),)


def _generate_prompt(animation: Animation, diffuser: Diffuser) -> Callable[[int], Tensor]:
    """Returns the function that generates the image (3, H, W) of the prompt at a frame, from it alone."""
    timeline = cache(partial(Timeline, animation))
    return lambda frame: diffuser.generate(request_of(timeline().plan(frame), None))


def _match_after(animation: Animation, match: tuple[Step, ...]) -> tuple[Step, ...]:
    """Returns the steps that match colors after the diffusion.

    In Deforum's legacy order that is only a reference from outside the film, on the first frame.
    """
    settings = animation.color
    if not mode_of(animation).matches:
        return ()
    if not settings.legacy:
        return match
    from_outside = settings.reference in ("image", "video")
    return tuple(FirstFrameOnly(step) for step in match) if from_outside else ()


def _grayscale(animation: Animation) -> tuple[Step, ...]:
    return (Grayscale(),) if animation.color.force_grayscale else ()


def _perlin(animation: Animation) -> Perlin | None:
    settings = animation.noise
    if settings.type == "uniform":
        return None
    cells = max(1, int(settings.perlin_w)), max(1, int(settings.perlin_h))
    return Perlin(*cells, settings.perlin_octaves, settings.perlin_persistence)
