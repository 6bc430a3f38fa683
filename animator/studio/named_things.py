"""What settings may name on a server: files that were sent, files in its folders, models, samplers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from animator.core import plugins
from animator.core.walk import walk
from animator.models.diffusion.checkpoints.inventory import model_entries
from animator.models.diffusion.samplers.registry import METHODS, PLUGINS
from animator.server.context import ServerContext
from animator.settings.catalog import Setting
from animator.settings.setting_kinds import SettingKind
from animator.studio.measures import moment_text

MAX_NAMES = 500
"""Names that are listed."""
_SAMPLER = "sampler"
"""Name of the settings that name a sampler."""
_MAX_WALKED = 20_000
_MAX_UPLOADS = 10_000
_IMAGES = (".png", ".jpg", ".jpeg", ".webp", ".avif", ".tif", ".tiff", ".bmp", ".gif")
_CLIPS = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".gif")
_SOUNDS = (".wav", ".mp3", ".flac", ".ogg", ".m4a", *_CLIPS)
_WEIGHTS = (".safetensors", ".pth", ".pt", ".pkl", ".ckpt", ".onnx")


@dataclass(frozen=True)
class Named:
    """Something that a setting may name.

    Attributes:
        name: Its name in settings.
        about: What it is.
        sha256: The hash of a file that was sent; empty for others.
    """

    name: str
    about: str = ""
    sha256: str = ""


def has_names(setting: Setting) -> bool:
    """Returns True for a setting whose value is the name of something that can be listed."""
    return setting.name == _SAMPLER or setting.kind in _LISTS


def named_things(server: ServerContext, setting: Setting) -> list[Named]:
    """Returns what a setting may name: sent files first, the newest before the others.

    Raises:
        UserError: A folder has too many files to list them.
        TooManyFilesError: As a UserError, of the server's folders.
    """
    things = _samplers if setting.name == _SAMPLER else _LISTS[setting.kind]
    return list(islice(things(server), MAX_NAMES))


def _samplers(_: ServerContext) -> Iterator[Named]:
    for name in (*METHODS, *plugins.names(PLUGINS)):
        yield Named(name)


def _models(server: ServerContext) -> Iterator[Named]:
    for entry in model_entries(server.options.model_folders):
        yield Named(entry.name, entry.problem or entry.label)


def _weights(server: ServerContext) -> Iterator[Named]:
    for folder in server.options.model_folders:
        yield from _below(folder, _WEIGHTS)


def _files(*suffixes: str) -> Callable[[ServerContext], Iterator[Named]]:
    def found(server: ServerContext) -> Iterator[Named]:
        uploads = server.uploads.page("", _MAX_UPLOADS)
        for upload in sorted(uploads, key=lambda one: one.created, reverse=True):
            if upload.path.suffix in suffixes:
                about = f"{upload.kind}, {moment_text(upload.created)}"
                yield Named(upload.path.name, about, upload.sha256)
        for folder in server.options.inputs:
            yield from _below(folder, suffixes)

    return found


def _folders(server: ServerContext) -> Iterator[Named]:
    for folder in server.options.inputs:
        for inside, _, _ in walk(folder, _MAX_WALKED):
            if inside != folder:
                yield Named(inside.relative_to(folder).as_posix())


def _below(folder: Path, suffixes: tuple[str, ...]) -> Iterator[Named]:
    """Yields the files below a folder that have one of some suffixes, by their names in settings."""
    for inside, folders, files in walk(folder, _MAX_WALKED):
        folders.sort()
        for name in sorted(files):
            if name.lower().endswith(suffixes):
                yield Named((inside / name).relative_to(folder).as_posix(), str(folder.name))


_LISTS: Mapping[SettingKind, Callable[[ServerContext], Iterator[Named]]] = {
    SettingKind.MODEL: _models,
    SettingKind.WEIGHTS: _weights,
    SettingKind.FOLDER: _folders,
    SettingKind.IMAGE: _files(*_IMAGES),
    SettingKind.CLIP: _files(*_CLIPS, *_IMAGES),
    SettingKind.FILE: _files(*_SOUNDS),
}
SENT: Mapping[SettingKind, str] = {
    SettingKind.IMAGE: ",".join(_IMAGES),
    SettingKind.CLIP: ",".join(_CLIPS + _IMAGES),
    SettingKind.FILE: ",".join(_SOUNDS),
}
"""Suffixes of the files that a browser may send for a kind."""
