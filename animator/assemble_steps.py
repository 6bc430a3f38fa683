"""The steps before and after the diffusion, each in the order in which they act."""

from collections.abc import Callable
from functools import partial
from typing import Literal

import torch

from animator.assemble_masks import Masking
from animator.config import Animation
from animator.image import read_picture
from animator.modes import mode_of
from animator.pipeline import Step
from animator.slots.filters import (
    AntiBlur,
    Contrast,
    Grayscale,
    MatchClip,
    MatchColor,
    MatchImage,
    PerlinNoise,
    PresetStep,
    UniformNoise,
)
from animator.slots.footage import Footage
from animator.slots.reference import (
    DeforumAntiBlur,
    DeforumMatch,
    DeforumMatchImage,
    DeforumNoise,
    FirstFrameOnly,
)
from animator.stages.color import Coherence, match_color, palette_of
from animator.stages.compat.color import deforum_match_color
from animator.stages.noise import Perlin


def before_steps(animation: Animation, match: tuple[Step, ...], masking: Masking) -> tuple[Step, ...]:
    """Returns the steps before the diffusion, in order.

    Args:
        animation: The settings.
        match: Keeps the colors of the film.
        masking: Where steps may act.
    """
    own = _preset_steps(animation, "before")
    if not mode_of(animation).prepares:
        return masking.within(*own)
    return masking.within(
        *match,
        *_grayscale(animation),
        Contrast(),
        DeforumAntiBlur() if animation.compat else AntiBlur(),
        *own,
        _noise(animation, masking),
    )


def after_steps(
    animation: Animation, match: tuple[Step, ...], masking: Masking, composite: tuple[Step, ...]
) -> tuple[Step, ...]:
    """Returns the steps after the diffusion, in order.

    Args:
        animation: The settings.
        match: Keeps the colors of the film.
        masking: Where steps may act.
        composite: Mixes the clip in.
    """
    return (
        *composite,
        *masking.within(*_match_after(animation, match)),
        *_grayscale(animation),
        *masking.within(*_preset_steps(animation, "after")),
    )


def _preset_steps(animation: Animation, at: Literal["before", "after"]) -> tuple[Step, ...]:
    return tuple(PresetStep(place) for place, step in enumerate(animation.steps) if step.at == at)


def match_color_steps(
    animation: Animation, device: torch.device, clip: Callable[[], Footage]
) -> tuple[Step, ...]:
    """Returns what keeps the colors of a film.

    Raises:
        UserError: The image whose colors are kept cannot be read.
    """
    settings = animation.color
    space = Coherence(settings.coherence)
    if space is Coherence.NONE:
        return ()
    if settings.reference == "image":
        image = read_picture(settings.image, None, device)
        matched = MatchImage(palette_of(image, space))
        return (DeforumMatchImage(space, image) if animation.compat else matched,)
    if settings.reference == "video":
        match = partial(deforum_match_color if animation.compat else match_color, space=space)
        return (MatchClip(match, clip(), settings.coherence_video_every_n_frames),)
    return (DeforumMatch(space),) if animation.compat else (MatchColor(space),)


def _match_after(animation: Animation, match: tuple[Step, ...]) -> tuple[Step, ...]:
    """Colours after the drawing; in the old order only an outside reference, on the first frame."""
    settings = animation.color
    if not mode_of(animation).matches:
        return ()
    if not settings.legacy:
        return match
    outside = settings.reference in ("image", "video")
    return tuple(FirstFrameOnly(step) for step in match) if outside else ()


def _grayscale(animation: Animation) -> tuple[Step, ...]:
    return (Grayscale(),) if animation.color.force_grayscale else ()


def _noise(animation: Animation, masking: Masking) -> Step:
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
