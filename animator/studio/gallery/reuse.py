"""Films that begin with what the gallery has: its settings, or an image to animate."""

from pathlib import Path
from typing import Any

from animator.core.read import UnreadableError, open_regular
from animator.errors import UserError
from animator.gallery.gallery import Gallery
from animator.gallery.item import GalleryItem
from animator.presets import yaml_text
from animator.presets.infotext_preset import infotext_preset
from animator.presets.sources import from_image
from animator.server.uploads import Uploads

_BLOCK = 2**20
_MAX_NAME = 100
"""Characters of a film's name."""
_MULTIPLE = 8
"""Widths and heights of films are multiples of it."""


def settings_of(gallery: Gallery, item_id: int) -> str:
    """Returns the preset that an item was made with.

    Raises:
        ItemNotFoundError: The item, or its file, is gone.
        UserError: It records no settings, or they cannot be read.
    """
    return yaml_text.dump(from_image(gallery.settings_source(item_id)).values)


def animation_of(gallery: Gallery, uploads: Uploads, item_id: int) -> str:
    """Returns the preset of a film that begins with an image, its prompt and its seed.

    Settings may not name files of the renders folder, so they name a copy among the uploads.

    Raises:
        ItemNotFoundError: The item, or its file, is gone.
        NoRoomError: The uploads have no room for the copy.
        UserError: It cannot be copied.
    """
    info = gallery.info(item_id)
    values: dict[str, Any] = {"name": Path(info.item.name).stem[:_MAX_NAME], **_size(info.item)}
    if info.infotext:
        values |= infotext_preset(info.infotext, info.item.name).values
    values["init"] = {"image": _uploaded(gallery.path(item_id), uploads)}
    return yaml_text.dump(values)


def _size(item: GalleryItem) -> dict[str, Any]:
    sides = [side // _MULTIPLE * _MULTIPLE for side in (item.width, item.height)]
    return {"size": sides} if all(sides) else {}


def _uploaded(path: Path, uploads: Uploads) -> str:
    """Returns the name under which settings find a copy of a file."""
    try:
        with open_regular(path) as file, uploads.receive() as arrival:
            while block := file.read(_BLOCK):
                arrival.write(block)
            upload, _ = arrival.finish(path.name)
    except UnreadableError as error:
        raise UserError(f"{path.name}: cannot be copied to the uploads: {error}") from error
    return upload.path.name
