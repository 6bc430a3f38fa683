"""Sources of a film: a preset or settings file, a Parseq manifest, and an image with its metadata."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from animator.errors import GiveSettings, Problem, UserError
from animator.presets import raw
from animator.presets.from_prompt import film_of_prompts
from animator.presets.infotext_preset import infotext_preset
from animator.presets.load import resolve
from animator.presets.plain import override
from animator.presets.records import read_provenance
from animator.settings import Animation
from animator.settings.import_notes import Effect, Note
from animator.settings.raw import RawPreset, merge
from animator.timeline.lint import clamped_schedules

Resolve = Callable[[RawPreset, list[Problem]], Animation]
"""Returns the film of a draft, given the problems known already."""


@dataclass(frozen=True)
class PresetSource:
    """The sources of one film.

    Attributes:
        preset: A YAML preset or a Deforum settings file; None if all settings come from `like` or `prompts`.
        parseq: A Parseq manifest with per-frame values of some settings.
        like: An image or video whose settings are used.
        repair: Repair common mistakes in a settings file's JSON.
        prompts: Prompts of a film that has neither a preset nor `like`.
    """

    preset: Path | None
    parseq: Path | None = None
    like: Path | None = None
    repair: bool = False
    prompts: tuple[str, ...] = ()

    @property
    def lists_all_settings(self) -> bool:
        """True if the source lists every setting, not only those that someone chose."""
        return self.like is not None or (self.preset is not None and raw.is_settings_file(self.preset))


def load(
    source: PresetSource,
    overrides: list[str],
    report: Callable[[str], None],
    label: str = "override",
    resolve: Resolve = resolve,
) -> Animation:
    """Loads the film of a source, and reports notes of its import and values that are clipped.

    Args:
        source: Preset, manifest and image.
        overrides: Texts such as `diffusion.steps=12`.
        report: Gets each note and warning, one line each.
        label: Name of an override in messages.
        resolve: Returns the film of a draft; raises the PresetError of all its problems.

    Raises:
        UserError: No source is given, or a file cannot be read.
        PresetError: With every problem of the settings.
    """
    draft, problems = override(draft_of(source), overrides, label)
    for line in import_messages(draft.notes, draft.source):
        report(line)
    animation = resolve(draft, problems)
    for path, cut in clamped_schedules(animation):
        report(f"warning: {path}: {cut}")
    return animation


def draft_of(source: PresetSource) -> RawPreset:
    """Returns the settings of a source before validation; raises the errors of `load`."""
    if source.preset is None and source.like is None and not source.prompts:
        raise UserError("nothing to render", GiveSettings())
    if source.preset is None and source.parseq is not None:
        raise UserError("a Parseq manifest needs a preset or settings file whose schedules it replaces")
    if source.preset is None and source.like is None:
        return film_of_prompts(source.prompts)
    if source.like is None:
        return raw.read(_require(source.preset), repair=source.repair, parseq=source.parseq)
    if source.preset is None:
        return from_image(source.like)
    below = raw.read(source.preset, repair=source.repair, parseq=source.parseq)
    return merge(generated_like(source.like), below)


def from_image(path: Path) -> RawPreset:
    """Returns the full preset in an image or video of animator, or the infotext of any other image.

    Raises:
        UserError: The file has no metadata.
    """
    metadata = read_provenance(path)
    if metadata.preset is None:
        return generated_like(path)
    return raw.parse(metadata.preset, str(path), limit=raw.MAX_RECORD_BYTES)


def generated_like(path: Path) -> RawPreset:
    """Returns the settings in the infotext of an image or a text file: prompts, sampler, steps, seed, size.

    Raises:
        UserError: The file has no infotext.
    """
    metadata = read_provenance(path)
    if metadata.infotext is None:
        raise UserError(
            f"{path}: is a video; beside a preset, settings are taken from an image, such as a frame"
        )
    return infotext_preset(metadata.infotext, str(path))


def import_messages(notes: tuple[Note, ...], source: str) -> list[str]:
    """Returns the notes to show: former names, what changes the film, and the number of other notes."""
    renamed = dict.fromkeys(f"note: {note}" for note in notes if note.effect is Effect.RENAMED)
    changing = [f"note: {note}" for note in notes if note.effect is Effect.CHANGES]
    rest = sum(note.effect is Effect.NONE for note in notes)
    more = f"note: {rest} more that change nothing; importing {source} to a preset lists them"
    return [*renamed, *changing, *([more] if changing and rest else [])]


def _require(preset: Path | None) -> Path:
    if preset is None:
        raise AssertionError("was checked before")
    return preset
