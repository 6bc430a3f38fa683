"""What a film's settings take from its clip: where the file is, how long and how fast the film is."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from animator.config import Animation
from animator.config.video import Video
from animator.errors import UserError
from animator.video.facts import allowed, length_of, rate_of
from animator.video.ffmpeg_input import is_url

CLIP = "clip"
"""The word for `frames` and `fps` that takes them from the clip."""


def with_clip_facts(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values of a preset with the clip's numbers in the place of `frames: clip` and `fps: clip`.

    Raises:
        UserError: There is no such clip, or it does not say.
    """
    video = _video(values)
    asked = [name for name in ("fps", "frames") if values.get(name) == CLIP]
    if video is None or not (video.path or asked):
        return values
    if not _exists(allowed(video)):
        raise UserError(
            f"video.path: {video.path}: there is no such file (looked for from {Path.cwd()} "
            "and beside the preset)"
        )
    taken: dict[str, Any] = dict(values)
    if "fps" in asked:
        taken["fps"] = rate_of(video)
    if "frames" in asked:
        taken["frames"] = length_of(video, _rate(taken))
    return taken


def with_clip_length(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values of a preset with as many frames as its clip has, where it is there to be counted.

    A settings file's film is as long as its clip in video mode, and in hybrid video unless the init image
    stands for the clip.
    """
    video = _video(values)
    if video is None or not video.path or values.get("hybrid", {}).get("use_init_image"):
        return values
    try:
        counted = length_of(video, _rate(values)) if _exists(allowed(video)) else 0
    except UserError:  # no film; whoever opens it says so
        counted = 0
    return {**values, "frames": counted} if counted else values


def beside(values: Mapping[str, Any], folder: Path) -> Mapping[str, Any]:
    """The values, with a clip's path read from a folder where it leads nowhere from here."""
    group = values.get("video")
    path = group.get("path") if isinstance(group, Mapping) else None
    if not isinstance(group, Mapping) or not isinstance(path, str) or not path or is_url(path):
        return values
    there = folder / Path(path).expanduser()
    if _exists(str(Path(path).expanduser())) or not _exists(str(there)):
        return values
    return {**values, "video": {**group, "path": str(there)}}


def _exists(path: str) -> bool:
    """True for a file, a folder, a URL, or a pattern of numbered pictures whose folder is there."""
    place = Path(path)
    return is_url(path) or place.exists() or ("%" in place.name and place.parent.is_dir())


def _video(values: Mapping[str, Any]) -> Video | None:
    """The clip's settings; None where they are themselves wrong."""
    try:
        return Video.model_validate(values.get("video") or {})
    except ValidationError:
        return None


def _rate(values: Mapping[str, Any]) -> float:
    fps = values.get("fps", Animation.model_fields["fps"].default)
    return float(fps) if isinstance(fps, int | float) and fps > 0 else 1.0
