"""The sound of a film made from a clip: it begins where the images do."""

import re
import subprocess
from dataclasses import replace
from pathlib import Path

from animator.core.paths import expand_user
from animator.core.urls import is_url
from animator.film import ffmpeg
from animator.film.remote import local_file
from animator.film.sound import Sound


def soundtrack(sound: Sound, skipped: int) -> Sound:
    """Returns a sound with `~` expanded in its source and the skipped part of its clip cut off.

    Args:
        sound: The sound.
        skipped: Frames at the beginning of its clip that the film leaves out.
    """
    source = sound.source if is_url(sound.source) else str(expand_user(sound.source))
    seconds = skipped / clip_rate(Path(local_file(source))) if skipped else 0.0
    return replace(sound, source=source, offset=sound.offset - seconds)


def clip_rate(path: Path) -> float:
    """Returns the frames per second in the header of a video file; 25 if the header has none."""
    command = [ffmpeg.executable(), "-hide_banner", "-i", f"file:{path}"]
    # Without an output ffmpeg prints what it reads and exits with an error, which does not matter here.
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    rate = re.search(r"Video:.*? ([\d.]+) (?:fps|tbr)", done.stderr.decode(errors="replace"))
    return float(rate[1]) if rate and float(rate[1]) > 0 else 25.0
