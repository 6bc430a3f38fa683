"""The sound of a film that is made from a clip: it begins where the images do."""

import re
import subprocess
from dataclasses import replace
from pathlib import Path

from animator.core.urls import is_url
from animator.film import ffmpeg
from animator.film.sound import Sound


def soundtrack(asked: Sound, skipped: int) -> Sound:
    """The sound as asked for, with `~` understood, and begun so many frames of its clip later."""
    source = asked.source if is_url(asked.source) else str(Path(asked.source).expanduser())
    seconds = skipped / clip_rate(Path(source)) if skipped else 0.0
    return replace(asked, source=source, offset=asked.offset - seconds)


def clip_rate(path: Path) -> float:
    """Frames per second of a film file, as its header says; 25 where it says nothing."""
    told = [ffmpeg.executable(), "-hide_banner", "-i", f"file:{path}"]
    # Without an output ffmpeg tells what it sees and ends with an error, which is none here.
    shown = subprocess.run(told, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    found = re.search(r"Video:.*? ([\d.]+) (?:fps|tbr)", shown.stderr.decode(errors="replace"))
    return float(found[1]) if found and float(found[1]) > 0 else 25.0
