"""The settings that an image or a text file records, as a draft."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from animator.errors import ModelError, UserError
from animator.generation.draft import override
from animator.generation.infotext import settings_in
from animator.generation.resolve import library_of
from animator.models.diffusion.checkpoints.find import STARTER
from animator.presets.infotext import Infotext
from animator.presets.records import read_provenance
from animator.settings.raw import RawPreset


def recorded_draft(
    path: Path, overrides: Mapping[str, Any] | None = None
) -> tuple[RawPreset, tuple[str, ...]]:
    """Returns the settings in the infotext of an image or a text file, and notes about what is not taken.

    Args:
        path: A PNG, JPEG or WebP file of A1111 or of ours, or a text file with an infotext.
        overrides: Settings that will override them; of these the model folders count here.

    Raises:
        UserError: The file cannot be read, or has no infotext.
    """
    text = read_provenance(path).infotext
    if text is None:
        raise UserError(f"{path}: is a video; expected an image, or a text file with an infotext")
    return draft_of_infotext(text, str(path), overrides)


def draft_of_infotext(
    text: str, source: str, overrides: Mapping[str, Any] | None = None
) -> tuple[RawPreset, tuple[str, ...]]:
    """Returns the settings in an infotext, and notes about what is not taken; see `recorded_draft`."""
    folders = (overrides or {}).get("model_folders")

    def is_model(name: str) -> bool:
        try:
            return name == STARTER or bool(name and library_of(folders).checkpoint(name))
        except (ModelError, UserError):
            return False

    recorded = settings_in(Infotext.parse(text), is_model)
    place = f"{source} (infotext)"
    draft, _ = override(RawPreset(place, {}, {}), recorded.values, place)
    return draft, tuple(f"{place}: {note}" for note in recorded.notes)
