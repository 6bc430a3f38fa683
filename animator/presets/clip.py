"""Settings that depend on the clip: its file, and `frames` and `fps` taken from it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from animator.core.paths import exists, is_folder
from animator.core.urls import is_url
from animator.errors import UserError
from animator.film.clip import ClipSpec
from animator.film.probe import checked_path, frame_count, frame_rate
from animator.settings import Animation
from animator.settings.paths import find_clip, not_found
from animator.settings.video import Video

CLIP = "clip"
"""Placeholder for `frames` and `fps` that takes them from the clip."""


def check_clip(values: Mapping[str, Any], beside: Path | None) -> None:
    """Checks that the clip of a preset exists.

    Args:
        values: The preset's values, with paths relative to the working directory.
        beside: Folder of the file that names the clip; None if it is not named in a file.

    Raises:
        UserError: It does not exist, or it is a URL that is not allowed.
    """
    video = _video(values)
    if video is not None and video.path and not _exists(checked_path(video)):
        raise UserError(not_found(video.path, beside))


def resolve_clip_placeholders(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Replaces `frames: clip` and `fps: clip` in a preset with the clip's numbers.

    Raises:
        UserError: The clip does not exist or has no such number.
    """
    video = _video(values)
    placeholders = [name for name in ("fps", "frames") if values.get(name) == CLIP]
    if video is None or not placeholders:
        return values
    resolved: dict[str, Any] = dict(values)
    if "fps" in placeholders:
        resolved["fps"] = frame_rate(video)
    if "frames" in placeholders:
        resolved["frames"] = frame_count(video, _rate(resolved))
    return resolved


def drop_clip_placeholders(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Removes `frames: clip` and `fps: clip`, for a clip that does not exist."""
    return {name: value for name, value in values.items() if value != CLIP or name not in ("fps", "frames")}


def with_clip_length(values: Mapping[str, Any], beside: Path | None) -> Mapping[str, Any]:
    """Sets the number of frames of a preset to that of its clip, if the clip exists.

    In video mode, and in hybrid video unless the init image replaces the clip, the film of a settings file is
    as long as its clip.

    Args:
        values: The preset's values.
        beside: Folder of the settings file; None if they are not from a file.
    """
    video = _video(values)
    if video is None or not video.path or values.get("hybrid", {}).get("use_init_image"):
        return values
    try:
        video = replace(video, path=str(find_clip(video.path, beside) or video.path))
        frames = frame_count(video, _rate(values)) if _exists(checked_path(video)) else 0
    except UserError:  # not a video, or outside the confinement; opening it reports that
        frames = 0
    return {**values, "frames": frames} if frames else values


def _exists(path: str) -> bool:
    """Returns True for an existing file or folder, a URL, or a pattern of images in an existing folder."""
    place = Path(path)
    return is_url(path) or exists(place) or ("%" in place.name and is_folder(place.parent))


def _video(values: Mapping[str, Any]) -> ClipSpec | None:
    """Returns the clip; None if its settings are themselves wrong."""
    try:
        return Video.model_validate(values.get("video") or {}).spec
    except ValidationError:
        return None


def _rate(values: Mapping[str, Any]) -> float:
    fps = values.get("fps", Animation.model_fields["fps"].default)
    return float(fps) if isinstance(fps, int | float) and fps > 0 else 1.0
