"""What a film's settings take from its clip: where the file is, how long and how fast the film is."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from animator.core.urls import is_url
from animator.errors import UserError
from animator.film.clip import ClipSpec
from animator.film.probe import checked_path, frame_count, frame_rate
from animator.settings import Animation
from animator.settings.paths import find_clip, not_found
from animator.settings.video import Video

CLIP = "clip"
"""The word for `frames` and `fps` that takes them from the clip."""


def check_clip(values: Mapping[str, Any], beside: Path | None) -> None:
    """Nothing, if the clip that a preset names is there.

    Args:
        values: The preset's, paths as they can be opened from here.
        beside: Folder of the file that names the clip; None where no file does.

    Raises:
        UserError: It is not, or it is a URL that is not allowed.
    """
    video = _video(values)
    if video is not None and video.path and not _exists(checked_path(video)):
        raise UserError(not_found(video.path, beside))


def resolve_clip_placeholders(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values of a preset with the clip's numbers in the place of `frames: clip` and `fps: clip`.

    Raises:
        UserError: There is no such clip, or it does not say.
    """
    video = _video(values)
    asked = [name for name in ("fps", "frames") if values.get(name) == CLIP]
    if video is None or not asked:
        return values
    taken: dict[str, Any] = dict(values)
    if "fps" in asked:
        taken["fps"] = frame_rate(video)
    if "frames" in asked:
        taken["frames"] = frame_count(video, _rate(taken))
    return taken


def drop_clip_placeholders(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values without `frames: clip` and `fps: clip`: for a clip that is not there."""
    return {name: value for name, value in values.items() if value != CLIP or name not in ("fps", "frames")}


def with_clip_length(values: Mapping[str, Any], beside: Path) -> Mapping[str, Any]:
    """The values of a preset with as many frames as its clip has, where it is there to be counted.

    A settings file's film is as long as its clip in video mode, and in hybrid video unless the init image
    stands for the clip.

    Args:
        values: The preset.
        beside: Folder of the settings file.
    """
    video = _video(values)
    if video is None or not video.path or values.get("hybrid", {}).get("use_init_image"):
        return values
    video = replace(video, path=str(find_clip(video.path, beside) or video.path))
    try:
        counted = frame_count(video, _rate(values)) if _exists(checked_path(video)) else 0
    except UserError:  # no film; whoever opens it says so
        counted = 0
    return {**values, "frames": counted} if counted else values


def _exists(path: str) -> bool:
    """True for a file, a folder, a URL, or a pattern of numbered images whose folder is there."""
    place = Path(path)
    return is_url(path) or place.exists() or ("%" in place.name and place.parent.is_dir())


def _video(values: Mapping[str, Any]) -> ClipSpec | None:
    """The clip; None where they are themselves wrong."""
    try:
        return Video.model_validate(values.get("video") or {}).spec
    except ValidationError:
        return None


def _rate(values: Mapping[str, Any]) -> float:
    fps = values.get("fps", Animation.model_fields["fps"].default)
    return float(fps) if isinstance(fps, int | float) and fps > 0 else 1.0
