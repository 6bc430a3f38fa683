"""Checks the clips of a film: they can be read, and have an image for every frame that needs one."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from animator.core.urls import is_url
from animator.errors import UserError
from animator.film.clip import ClipSpec
from animator.film.clip_notes import log_uses
from animator.film.frame_map import FrameMap
from animator.film.probe import checked_path, frame_count, is_folder
from animator.film.remote import check_remote
from animator.masks.expression import leaves, parse_mask
from animator.runs.preflight.film import FilmToCheck
from animator.settings.controlnet import ControlUnit
from animator.settings.inputs import clip_readers
from animator.settings.ip_adapter import IPAdapterUnit
from animator.timeline.timeline import Timeline

_LENGTH = ("frames", "fps", "mode", "video", "hybrid", "mask", "color")
"""Settings on which the frames that read a clip depend."""


def check_clips(film: FilmToCheck) -> None:
    """Checks the clip, the mask video and the sources of units' images; URLs are not fetched."""
    if film.is_broken(*_LENGTH):
        return
    animation = film.animation
    if readers := clip_readers(animation):
        with film.problems.at("video.path"):
            if not animation.video.path:
                raise UserError(
                    f"is empty, and {readers[0]} needs a clip; expected a video, a folder of images or a "
                    "pattern like in/%09d.png"
                )
            _check_length(animation.video.spec, animation.fps, animation.frames)
    if film.timeline is None:
        return
    if animation.mask.use_mask_video and (last := _last_mask_frame(film.timeline)) is not None:
        with film.problems.at("mask.video_mask_path"):
            spec = replace(animation.video.spec, path=animation.mask.video_mask_path)
            _check_length(spec, animation.fps, last + 1)


def _check_length(spec: ClipSpec, fps: float, frames: int) -> None:
    path = checked_path(spec)
    if is_url(path):
        check_remote(path)
        return
    FrameMap(range(frame_count(spec, fps)), spec.after_end, path).check(frames)
    if not is_folder(path):
        log_uses(path, spec.timing, spec.deinterlace)


def _last_mask_frame(timeline: Timeline) -> int | None:
    """Returns the last frame whose masks read the mask video; None if no frame does."""
    film = timeline.animation
    names = ["mask_schedule", *(["noise_mask_schedule"] if film.mask.use_noise_mask else [])]
    schedules = [film.mask.text_schedule(name) for name in names]
    units: tuple[ControlUnit | IPAdapterUnit, ...] = (*film.controlnet, *film.ip_adapter)
    schedules += [unit.text_schedule("mask") for unit in units if unit.enabled]
    frames = [
        frame
        for schedule in schedules
        for frame, text in _changes(schedule.values(film.scope))
        if any(leaf.text == "video_mask" for leaf in leaves(parse_mask(text)))
    ]
    return max(frames, default=None)


def _changes(texts: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yields each run of equal texts by frame, as its last frame and the text."""
    for frame, text in enumerate(texts):
        if frame + 1 == len(texts) or texts[frame + 1] != text:
            yield frame, text
