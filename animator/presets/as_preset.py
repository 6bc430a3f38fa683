"""A preset's text from settings that were read from elsewhere, such as Deforum's, and what became of them."""

from collections.abc import Sequence

from animator.core.printable import printable
from animator.presets.load import dump_differences
from animator.settings import Animation
from animator.settings.import_notes import Note, changes
from animator.settings.raw import RawPreset
from animator.timeline.lint import clamped_schedules


def as_preset(draft: RawPreset, animation: Animation, name: str) -> tuple[str, Sequence[Note]]:
    """Returns the YAML of an imported film, and notes on it, those that change the film first.

    Args:
        draft: The settings as they were read, with the notes of their import.
        animation: Their film.
        name: Name of the file that they are from.
    """
    cuts = (changes(path, cut) for path, cut in clamped_schedules(animation))
    notes = sorted((*draft.notes, *cuts), key=lambda note: note.effect.value)
    return f"# From {' '.join(printable(name).split())}\n{dump_differences(animation)}", notes
