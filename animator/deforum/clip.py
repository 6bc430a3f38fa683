"""How many frames of its clip a film in video mode draws over: there, the clip's length is the film's."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from animator.named_files import find


def with_clip_length(values: Mapping[str, Any], beside: Path) -> Mapping[str, Any]:
    """The values of a preset with the number of frames that its clip has, where it is there to be counted.

    Args:
        values: The preset.
        beside: Folder of the settings file.
    """
    clip = find(values["video"]["path"], beside)
    if values["mode"] != "video" or clip is None or not clip.is_file():
        return values
    from imageio_ffmpeg import count_frames_and_secs

    try:
        counted, _ = count_frames_and_secs(str(clip))
    except RuntimeError:  # no film; whoever opens it says so
        return values
    first, every = values["video"]["extract_from_frame"], values["video"]["extract_nth_frame"]
    return {**values, "frames": max(1, -(-(counted - first) // every))}
