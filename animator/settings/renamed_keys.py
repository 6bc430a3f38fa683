"""Former names of settings: presets that use them are read, with a note on each."""

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import replace

from animator.errors import PresetError, Problem
from animator.settings.import_notes import Effect, Note
from animator.settings.raw import RawPreset

RENAMED_KEYS: Mapping[str, Mapping[str, str]] = {
    "upscaling": {
        "r_upscale_video": "enabled",
        "r_upscale_factor": "factor",
        "r_upscale_model": "model",
        "r_upscale_keep_imgs": "keep_images",
    },
    "frame_interpolation": {
        "x_amount": "amount",
        "slow_mo_enabled": "slow_motion",
        "slow_mo_amount": "slow_motion_amount",
        "keep_imgs": "keep_images",
    },
    "depth": {"stabilise": "stabilize"},
    "mask": {
        "mask_overlay_blur": "overlay_blur",
        "mask_contrast_adjust": "contrast_adjust",
        "mask_brightness_adjust": "brightness_adjust",
    },
}
"""Group -> former name of a setting -> its name."""


def rename_keys(draft: RawPreset) -> tuple[RawPreset, list[Problem]]:
    """Returns a draft with former names replaced and noted, and a problem for each setting given twice.

    Args:
        draft: One file, mapping or override, before it is merged with others.
    """
    problems: list[Problem] = []
    for group, keys in RENAMED_KEYS.items():
        settings = draft.values.get(group)
        if not isinstance(settings, Mapping):
            continue
        for old, new in keys.items():
            if old in settings and new in settings:
                message = f"is now called {group}.{new}, which is given too; keep {group}.{new}"
                problems.append(Problem(draft.where((group, old)), f"{group}.{old}", message))
            elif old in settings:
                draft = _rename(draft, group, old, new)
    return draft, problems


def current_keys(draft: RawPreset) -> RawPreset:
    """Returns a draft with former names replaced and noted.

    Raises:
        PresetError: A setting is given by both names.
    """
    draft, problems = rename_keys(draft)
    if problems:
        raise PresetError(draft.source, tuple(problems))
    return draft


def warn_renamed_keys(notes: Iterable[Note], stacklevel: int) -> None:
    """Issues a DeprecationWarning for each former name, for callers of the library.

    Args:
        notes: Of a draft.
        stacklevel: 1 blames the caller of this function, 2 its caller, as in `warnings.warn`.
    """
    for message in dict.fromkeys(str(note) for note in notes if note.effect is Effect.RENAMED):
        warnings.warn(message, DeprecationWarning, stacklevel=stacklevel + 1)


def _rename(draft: RawPreset, group: str, old: str, new: str) -> RawPreset:
    settings = {new if name == old else name: value for name, value in draft.values[group].items()}
    places = {
        (group, new, *path[2:]) if path[:2] == (group, old) else path: place
        for path, place in draft.places.items()
    }
    note = Note(Effect.RENAMED, (), f"{group}.{old} is now called {group}.{new}")
    return replace(draft, values={**draft.values, group: settings}, places=places, notes=(*draft.notes, note))
