"""What is done to a clip before a film uses it, for the log; loads no torch."""

import logging
from pathlib import Path

from animator.core.log_collector import warn_once
from animator.film.clip import Deinterlace, Timing
from animator.film.clip_filters import is_deinterlaced, is_hdr
from animator.film.index import index_of
from animator.film.video_stream import stream_of

log = logging.getLogger(__name__)


def log_uses(path: str, timing: Timing, deinterlace: Deinterlace) -> None:
    """Logs, once for each film, what is changed of its images and whether the film drifts out of step."""
    log_conversions(path, deinterlace)
    if index_of(path).is_variable and timing != "clock":
        warn_once(
            log,
            "%s: has a variable frame rate, and each of its images becomes one frame, so the film "
            "drifts out of step with it; set video.timing: clock to keep its time",
            path,
        )


def log_conversions(path: str | Path, deinterlace: Deinterlace = "auto") -> None:
    """Logs what is changed of a clip's images before a film uses them; once for each film."""
    stream = stream_of(path)
    if is_hdr(stream):
        name = "PQ" if stream.transfer == "smpte2084" else "HLG"
        warn_once(log, "%s: is HDR video (%s); its images are tone-mapped to BT.709", path, name)
    if is_deinterlaced(stream, deinterlace):
        warn_once(
            log,
            "%s: is interlaced; its fields are made into whole images (video.deinterlace: off keeps them)",
            path,
        )
    elif stream.is_interlaced:
        warn_once(log, "%s: is interlaced, and video.deinterlace is off: moving edges have combs", path)
