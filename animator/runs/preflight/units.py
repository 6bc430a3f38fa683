"""Checks the images and masks of ControlNet and IP-Adapter units; their models are checked apart."""

from collections.abc import Sequence

import numpy as np

from animator.core.confinement import named_path
from animator.errors import UserError
from animator.film.frame_map import ClipRange
from animator.film.index import index_of
from animator.film.probe import images_in, is_folder, is_image
from animator.models.controlnet.preprocessors.networks import network_settings
from animator.models.pretrained.find import find_network
from animator.runs.preflight.film import FilmToCheck
from animator.settings.controlnet import ControlUnit
from animator.settings.inputs import mask_leaves, unit_images
from animator.settings.ip_adapter import IPAdapterUnit
from animator.timeline.timeline import Timeline


def check_unit_sources(film: FilmToCheck) -> None:
    """Checks that the videos and folders of units have an image for every frame that needs one."""
    if film.timeline is None:
        return
    for setting, name in unit_images(film.animation):
        if is_image(named_path(name)):
            continue
        group, number, _ = setting.split(".")
        unit = getattr(film.animation, group)[int(number)]
        with film.problems.at(setting):
            frames = _acting_frames(film.timeline, f"{group}.{number}")
            if isinstance(unit, IPAdapterUnit):
                frames = _following_frames(film.timeline, int(number), name, frames)
            _check_source(name, unit, frames)


def check_unit_masks(film: FilmToCheck) -> None:
    """Checks that the masks exist that the units' expressions name."""
    for setting, leaf in mask_leaves(film.animation):
        missing = film.animation.mask.missing(leaf.kind, leaf.text)
        if missing and setting.startswith(("ip_adapter.", "controlnet.")):
            film.problems.add(setting, missing)


def check_preprocessors(film: FilmToCheck) -> None:
    """Checks the networks of the units' preprocessors."""
    for number, unit in enumerate(film.animation.controlnet):
        for setting, kind in network_settings(unit.module).items() if unit.enabled else ():
            with film.problems.at(f"controlnet.{number}.{setting}"):
                find_network(kind, getattr(unit, setting), film.library)


def _check_source(name: str, unit: ControlUnit | IPAdapterUnit, frames: Sequence[int]) -> None:
    path = named_path(name)
    available = len(images_in(path)) if is_folder(str(path)) else len(index_of(str(path)))
    count = len(ClipRange(unit.extract_from_frame, every=unit.extract_nth_frame).of(available))
    late = next((frame for frame in frames if frame >= count), None)
    if late is not None and (unit.after_end == "error" or not count):
        raise UserError(
            f"frame {late}: {path}: has {count} images in range, so none for this frame; set the unit's "
            "after_end to hold or loop, or let its weight be 0 by then"
        )


def _following_frames(timeline: Timeline, number: int, name: str, frames: Sequence[int]) -> list[int]:
    """Returns those of some frames at which an IP-Adapter unit follows images of a name."""
    images = timeline.animation.ip_adapter[number].image.keyframes(timeline.animation.scope)

    def follows(frame: int) -> bool:
        plan = timeline.plan(frame).ip_adapter[number]
        return name in images[plan.key] or (plan.share < 1 and name in images[plan.key_before])

    return [frame for frame in frames if follows(frame)]


def _acting_frames(timeline: Timeline, unit: str) -> list[int]:
    """Returns the generated frames at which a unit acts, such as `controlnet.0`."""
    starts = [int(frame) for frame in timeline.generated_frames]
    if timeline.animation.diffusion.cadence_blend != "fade":  # generates the last frame of a group
        ends = [*starts[1:], len(timeline)]
        groups = zip(starts, ends, strict=True)
        starts = [start if not start or timeline.plan(start).cut else end - 1 for start, end in groups]
    weight, start, end = (
        np.asarray(timeline.column(f"{unit}.{name}")) for name in ("weight", "guidance_start", "guidance_end")
    )
    acts = (weight > 0) & (start < end)
    return [frame for frame in starts if acts[frame]]
