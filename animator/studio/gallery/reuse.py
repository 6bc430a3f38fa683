"""Films that begin with what the gallery has: its settings, or an image to animate."""

from pathlib import Path
from typing import Any

from animator.gallery.gallery import Gallery
from animator.gallery.item import GalleryItem
from animator.presets import yaml_text
from animator.presets.infotext_preset import infotext_preset
from animator.presets.sources import from_image
from animator.server.uploads import Uploads
from animator.studio.uploading import as_upload

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

    Raises:
        ItemNotFoundError: The item, or its file, is gone.
        NoRoomError: The uploads have no room for the copy.
        UserError: It cannot be copied.
    """
    info = gallery.info(item_id)
    values: dict[str, Any] = {"name": Path(info.item.name).stem[:_MAX_NAME], **_size(info.item)}
    if info.infotext:
        values |= infotext_preset(info.infotext, info.item.name).values
    values["init"] = {"image": as_upload(gallery.path(item_id), uploads).path.name}
    return yaml_text.dump(values)


def _size(item: GalleryItem) -> dict[str, Any]:
    sides = [side // _MULTIPLE * _MULTIPLE for side in (item.width, item.height)]
    return {"size": sides} if all(sides) else {}
