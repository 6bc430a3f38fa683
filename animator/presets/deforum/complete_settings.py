"""The settings file that belongs to a film: complete, with the film's seed, ready to render it again."""

import json
from collections.abc import Mapping
from typing import Any

from animator.presets.deforum.features import FEATURES
from animator.presets.deforum.ignored_settings import HOST
from animator.presets.deforum.table import MAPPED, SWITCHES
from animator.presets.deforum.versions import upgrade
from animator.settings import Animation

_FILES = (
    "init_image", "video_init_path", "mask_file", "video_mask_path", "color_coherence_image_path",
    "soundtrack_path",
)  # fmt: skip
"""Settings that name one file each."""


def complete_settings(settings: Mapping[str, Any], film: Animation) -> str:
    """Returns the text of a film's settings file: Deforum's defaults under the settings as given.

    The seed is the one that the film has, and files that it reads are named as it found them.

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
    return json.dumps(complete, ensure_ascii=False, indent=4) + "\n"


def _files(film: Animation) -> dict[str, str]:
    """Returns the paths of the files that a film reads, by Deforum's names."""
    plain = film.plain()
    places = {row.name: row.ours.split(".") for row in MAPPED if row.name in _FILES}
    return {name: plain[group][setting] for name, (group, setting) in places.items()}
