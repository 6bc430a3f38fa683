"""The settings file that belongs to a film: complete, with the film's seed, ready to render it again."""

import json
from collections.abc import Mapping
from typing import Any

from animator.presets.deforum.features import FEATURES
from animator.presets.deforum.ignored_settings import HOST
from animator.presets.deforum.options import SCHEDULES
from animator.presets.deforum.table import MAPPED, ROWS, SWITCHES
from animator.presets.deforum.versions import upgrade
from animator.settings import Animation
from animator.timeline.columns import schedule_fields

_FILES = (
    "init_image", "video_init_path", "mask_file", "video_mask_path", "color_coherence_image_path",
    "soundtrack_path",
)  # fmt: skip
"""Settings that name one file each."""


def complete_settings(settings: Mapping[str, Any], film: Animation) -> str:
    """Returns the text of a film's settings file: Deforum's defaults under the settings as given.

    The seed is the one that the film has, files that it reads are named as it found them, and what options of
    the web UI have changed is a schedule, because a settings file has no options.

    Args:
        settings: The settings that the film was imported from, of any version.
        film: The film.

    Raises:
        ValueError: The settings' prompts cannot be read.
    """
    defaults: dict[str, Any] = {**{row.name: row.default for row in MAPPED}, **SWITCHES}
    for feature in (*FEATURES, *HOST):
        defaults |= feature.settings
    given = dict(upgrade(settings).settings)
    files = {name: path for name, path in _files(film).items() if path and given.get(name)}
    complete = defaults | given | files | {"seed": film.diffusion.seed}
    complete |= _of_options(complete, film)
    return json.dumps(complete, ensure_ascii=False, indent=4) + "\n"


def _of_options(settings: Mapping[str, Any], film: Animation) -> dict[str, Any]:
    """Returns the schedules, switched on, of what is not as these settings have it."""
    changed: dict[str, Any] = {}
    own = schedule_fields(film)
    for row in (ROWS[name] for name in SCHEDULES):
        schedule = own[row.ours]
        off = row.gate is not None and not row.gate.is_on(settings)
        if row.gate is not None and off and schedule.source != row.gate.value:
            changed |= {row.name: f"0: ({schedule.source})", row.gate.switch: True}
    return changed


def _files(film: Animation) -> dict[str, str]:
    """Returns the paths of the files that a film reads, by Deforum's names."""
    plain = film.plain()
    places = {row.name: row.ours.split(".") for row in MAPPED if row.name in _FILES}
    return {name: plain[group][setting] for name, (group, setting) in places.items()}
