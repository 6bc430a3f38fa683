"""What a film is made from: a preset or settings file, a Parseq manifest, an image to be like."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from animator.errors import UserError
from animator.presets import raw
from animator.presets.deforum import Effect, Note
from animator.presets.deforum.importing import nested
from animator.presets.infotext import Infotext
from animator.presets.load import resolve
from animator.presets.plain import override
from animator.presets.records import provenance
from animator.settings import Animation
from animator.settings.raw import RawPreset, merge
from animator.timeline.lint import clamped_schedules


@dataclass(frozen=True)
class PresetSource:
    """What a film is made from.

    Attributes:
        preset: A YAML preset or a Deforum settings file; None: all comes from `from_image`.
        parseq: A Parseq manifest that gives some settings for every frame.
        like: An image or film whose settings are taken over.
        repair: Mend the usual slips in a settings file's JSON.
    """

    preset: Path | None
    parseq: Path | None = None
    like: Path | None = None
    repair: bool = False


def load(source: PresetSource, overrides: list[str], say: Callable[[str], None]) -> Animation:
    """The film of a source; what an import had to leave out, and values that are cut, are told first.

    Raises:
        UserError: Nothing to make a film from, or a file that cannot be read.
        PresetError: With every problem of the settings.
    """
    draft, problems = override(draft_of(source), overrides, "--set")
    for line in import_messages(draft.notes, draft.source):
        say(line)
    animation = resolve(draft, problems)
    for path, cut in clamped_schedules(animation):
        say(f"warning: {path}: {cut}")
    return animation


def draft_of(source: PresetSource) -> RawPreset:
    """The settings of a source, before validation; errors as `load`."""
    if source.preset is None and source.like is None:
        raise UserError("give a preset, a settings file, or --like IMAGE")
    if source.preset is None and source.parseq is not None:
        raise UserError("--parseq needs a preset or settings file to be laid over")
    if source.like is None:
        return raw.read(_given(source.preset), repair=source.repair, parseq=source.parseq)
    if source.preset is None:
        return from_image(source.like)
    below = raw.read(source.preset, repair=source.repair, parseq=source.parseq)
    return merge(drawn_like(source.like), below)


def from_image(path: Path) -> RawPreset:
    """The whole film of an image or film of ours, or how any other image was drawn.

    Raises:
        UserError: The file says nothing.
    """
    said = provenance(path)
    return raw.parse(said.preset, str(path)) if said.preset else drawn_like(path)


def drawn_like(path: Path) -> RawPreset:
    """How an image was drawn: prompts, sampler, steps, seed, size.

    Raises:
        UserError: The file does not say.
    """
    said = provenance(path)
    if said.infotext is None:
        raise UserError(f"{path}: is a film; --like over a preset needs an image, one of its frames say")
    text = Infotext.parse(said.infotext)
    values = nested(text.settings())
    place = f"{path} (infotext)"
    model = text.fields.get("Model")
    notes = (_drawn_with(model),) if model else ()
    return RawPreset(place, values, {(name,): place for name in values}, notes)


def import_messages(notes: tuple[Note, ...], source: str) -> list[str]:
    """What a person should read of an import's notes: what changes the film, and how many more there are."""
    renamed = dict.fromkeys(f"note: {note}" for note in notes if note.effect is Effect.RENAMED)
    changing = [f"note: {note}" for note in notes if note.effect is Effect.CHANGES]
    rest = sum(note.effect is Effect.NONE for note in notes)
    more = f"note: {rest} more that change nothing; `animator import {source}` lists them"
    return [*renamed, *changing, *([more] if changing and rest else [])]


def _drawn_with(model: str) -> Note:
    return Note(Effect.CHANGES, (), f"the image was drawn with the model {model}; give yours with --model")


def _given(preset: Path | None) -> Path:
    if preset is None:
        raise AssertionError("was checked before")
    return preset
