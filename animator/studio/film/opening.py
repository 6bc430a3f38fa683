"""What a film may be begun from: an example, a settings file, an image or video with its record, a job."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import PurePath

from animator.core.read import UnreadableError, read_text
from animator.errors import PresetError, UserError
from animator.jobs.queue import JobQueue
from animator.presets import raw
from animator.presets.as_preset import as_preset
from animator.presets.deforum.importing import import_text
from animator.presets.examples import examples
from animator.presets.infotext_preset import infotext_preset, is_infotext
from animator.presets.load import dump_differences
from animator.presets.records import read_provenance
from animator.server.uploads import Upload
from animator.settings.import_notes import Note
from animator.settings.raw import RawPreset
from animator.settings.validate import validate
from animator.studio.drafts import Opened
from animator.studio.watching.requests import film_of_job
from schedules.suggest import suggestion

_TEXTS = ("text", "JSON", "an empty file")
_TEXT_SUFFIXES = (".yaml", ".yml", ".json", ".txt")
_PRESETS = (".yaml", ".yml")


@dataclass(frozen=True)
class Found:
    """Settings that a film may begin with.

    Attributes:
        text: The YAML of a preset.
        opened: Where it is from, and what became of it; None where there is nothing to say.
    """

    text: str
    opened: Opened | None = None


def open_example(name: str) -> Found:
    """Returns the preset of an example, as it is written.

    Raises:
        UserError: There is none of this name.
    """
    paths = {example.name: example.path for example in examples()}
    if name not in paths:
        hint = suggestion(name, list(paths)) or f"the examples are: {', '.join(paths)}"
        raise UserError(f"{name:.80}: is not the name of an example; {hint}")
    return Found(paths[name].read_text(encoding="utf-8"))


def open_job(queue: JobQueue, job_id: str) -> Found:
    """Returns the settings of a job: as its run has rendered them, or as it will begin.

    Raises:
        UserError: There is no such job, or its settings cannot be read.
    """
    job = queue.get(job_id)
    film = film_of_job(job)
    return Found(dump_differences(film), Opened(job.title or film.name))


def open_upload(upload: Upload, name: str) -> Found:
    """Returns the settings in a file that a person has sent.

    A YAML preset stays as it is written. What other files hold is converted, with notes on what changed.

    Args:
        upload: The file.
        name: Its name where it comes from, for messages.

    Raises:
        UserError: It has no settings, or they cannot be read.
    """
    try:
        is_text = upload.kind in _TEXTS or PurePath(name).suffix.lower() in _TEXT_SUFFIXES
        return _open_text(upload, name) if is_text else _open_record(upload, name)
    except UnreadableError as error:
        raise UserError(f"{name}: {error}") from error
    except UserError as error:
        # A reader names the file as it is stored here, which tells the person nothing.
        raise UserError(str(error).replace(str(upload.path), name)) from error


def _open_text(upload: Upload, name: str) -> Found:
    text = read_text(upload.path, raw.MAX_SETTINGS_BYTES)
    is_preset = PurePath(name).suffix.lower() in _PRESETS
    if is_infotext(text) and not is_preset:
        return _imported(infotext_preset(text, name), name)
    if text.lstrip().startswith("{") and not is_preset:
        return _imported(_deforum(text, name), name)
    if not raw.parse(text, name).values:
        raise UserError(f"{name}: has no settings; expected a preset or Deforum's settings")
    return Found(text, Opened(name))


def _deforum(text: str, name: str) -> RawPreset:
    """Returns Deforum's settings; common mistakes in their JSON are repaired, which the notes say."""
    try:
        imported = import_text(text, name)
    except PresetError as error:
        try:
            imported = import_text(text, name, repair=True)
        except PresetError:
            raise error from None  # says more of the file as it is
    return raw.of_import(imported, name, None)


def _open_record(upload: Upload, name: str) -> Found:
    """Returns the settings that an image or a video was made with."""
    provenance = read_provenance(upload.path)
    if provenance.preset is None:
        return _with_upload(_imported(infotext_preset(provenance.infotext or "", name), name), upload)
    try:
        draft = raw.parse(provenance.preset, name, limit=raw.MAX_RECORD_BYTES)
        found = _imported(draft, name)
    except PresetError:  # of another version: as it is written, with its problems in their lines
        found = Found(provenance.preset, Opened(name))
    return _with_upload(found, upload)


def _imported(draft: RawPreset, name: str) -> Found:
    text, notes = as_preset(draft, validate(draft), name)
    return Found(text, Opened(name, tuple(_lines(notes))))


def _lines(notes: Iterable[Note]) -> Iterable[str]:
    return (f"{note.effect.value}: {note}" for note in notes)


def _with_upload(found: Found, upload: Upload) -> Found:
    return replace(found, opened=replace(found.opened or Opened(upload.path.name), upload=upload))
