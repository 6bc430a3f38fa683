"""`frames: sound`: as many frames as the film's sound is long."""

import math
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from animator.errors import UserError
from animator.film.frame_rate import frame_rate
from animator.settings.animation import MAX_FRAMES
from animator.settings.film_scope import fps_in
from animator.settings.signals.columns import NEEDS_SOUND
from animator.settings.signals.soundtrack import film_sound
from animator.settings.signals.sources import sources_in
from animator.settings.sound import Sound
from animator.settings.video import Video

SOUND = "sound"
"""Placeholder for `frames` that takes their number from the sound."""
_ROUNDING = 1e-6


def resolve_sound_length(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Replaces `frames: sound` with the number of frames until the film's sound ends.

    Raises:
        UserError: The film has no sound, it cannot be read, or it is too long.
    """
    if values.get("frames") != SOUND:
        return values
    try:
        settings = Sound.model_validate(values.get("sound") or {})
        clip = Video.model_validate(values.get("video") or {})
        sources = sources_in(values)
        rate = frame_rate(fps_in(values))
    except ValidationError:  # reported with the other settings
        return without_sound_length(values)
    sound = film_sound(settings, clip, sources)
    if sound is None:
        raise UserError(f"is sound, and the film has none; {NEEDS_SOUND}")
    seconds = sound.seconds() + sound.delay()
    frames = math.ceil(seconds * rate - _ROUNDING)
    if not 1 <= frames <= MAX_FRAMES:
        raise UserError(
            f"is sound, which ends {seconds:.6g} s into the film, after {frames} frames; "
            f"expected 1 to {MAX_FRAMES}"
        )
    return {**values, "frames": frames}


def without_sound_length(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Removes `frames: sound`, for a sound that cannot be read."""
    return {name: value for name, value in values.items() if name != "frames" or value != SOUND}
