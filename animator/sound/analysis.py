"""`Analysis`: what is heard in a whole sound, on its own time; kept for the next film with the same sound."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from animator.film.remote import local_file
from animator.film.sound import Sound
from animator.sound.beats import beats_of
from animator.sound.features import Features, features_of
from animator.sound.onsets import onsets_of
from animator.sound.rhythm import Beats, Onsets

MAX_PER_BAR = 64


@dataclass(frozen=True)
class Analysis:
    """What is heard in a whole sound. Times are in seconds from its first sample.

    Attributes:
        features: What it is made of.
        onsets: When something begins to sound.
        beats: Its pulse.
    """

    features: Features
    onsets: Onsets
    beats: Beats


def analysis_of(sound: Sound, per_bar: int = 4) -> Analysis:
    """Returns the analysis of a whole sound; its offset and fades do not matter, nor does a film's length.

    Args:
        sound: The sound.
        per_bar: Beats in a bar, 1 to 64.

    Raises:
        UserError: There is no such file, it has no sound, it is a URL that is not allowed, it is longer than
            6 hours, or decoding it takes too long.
        VideoError: ffmpeg failed.
        ValueError: There is no such bar.
    """
    if not 1 <= per_bar <= MAX_PER_BAR:
        raise ValueError(f"expected 1 to {MAX_PER_BAR} beats in a bar, got {per_bar}")
    sound.check()
    file = local_file(sound.source)
    stat = Path(file).stat()
    plain = Sound(file, length="loop" if sound.length == "loop" else "pad")
    features, onsets = _heard(plain, stat.st_mtime_ns, stat.st_size)
    return Analysis(features, onsets, beats_of(onsets, features, per_bar))


@lru_cache(maxsize=4)
def _heard(sound: Sound, changed: int, size: int) -> tuple[Features, Onsets]:
    """Returns what does not depend on the bars; `changed` and `size` tell the versions of a file apart."""
    features = features_of(sound)
    return features, onsets_of(features)
