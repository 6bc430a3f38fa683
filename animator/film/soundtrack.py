"""The sound of a film made from a clip: it begins where the images do."""

import re
from dataclasses import replace
from pathlib import Path

from animator.core.urls import is_url
from animator.film.sound import Sound
from animator.film.video_stream import run_probe


def soundtrack(sound: Sound, skipped: int) -> Sound:
    """Returns a sound with `~` expanded in its source and the skipped part of its clip cut off.

    Args:
        sound: The sound.
        skipped: Frames at the beginning of its clip that the film leaves out.
    """
    source = sound.source if is_url(sound.source) else str(Path(sound.source).expanduser())
    seconds = skipped / clip_rate(Path(source)) if skipped else 0.0
    return replace(sound, source=source, offset=sound.offset - seconds)


def clip_rate(path: Path) -> float:
    """Returns the frames per second in the header of a video file; 25 if the header has none."""
    # Without an output ffmpeg prints what it reads and exits with an error, which does not matter here.
    log = run_probe(path, [])[1]
    rate = re.search(r"Video:.*? ([\d.]+) (?:fps|tbr)", log)
    return float(rate[1]) if rate and float(rate[1]) > 0 else 25.0
