"""`hear`: the signals of a sound, placed in a film as its soundtrack is."""

from pathlib import Path

from animator.film.sound import Sound
from animator.sound.rhythm import Beats, Onsets
from animator.sound.signals import Placement, Signals


def hear(sound: Sound | str | Path, placement: Placement, smooth: float = 0.0, per_bar: int = 4) -> Signals:
    """Returns what is heard of a sound while each frame of a film is shown.

    Args:
        sound: The soundtrack, with its offset, trim, loop and fades; or a file that begins with the film.
        placement: The frames of the film.
        smooth: Time constant in seconds of an exponential smoothing of the levels, the pitch and the
            brightness, which looks back only; 0 does not smooth.
        per_bar: Beats in a bar.

    Raises:
        UserError: There is no such file, it has no sound, it is damaged and `sound.conceal` is False, it is a
            URL that is not allowed, or decoding it takes too long.
        VideoError: ffmpeg failed.
    """
    raise NotImplementedError


def rhythm_of(sound: Sound | str | Path, per_bar: int = 4) -> tuple[Onsets, Beats]:
    """Returns the onsets and beats of a whole sound, in seconds from its first sample; errors as `hear`."""
    raise NotImplementedError
