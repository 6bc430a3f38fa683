"""What a file that a person has sent can be in a film: its first image, a mask, its clip, its sound."""

from dataclasses import dataclass
from typing import Any

from animator.presets.edit import set_value
from animator.server.uploads import SOUND_SUFFIXES, Upload

Setting = tuple[str, ...]


@dataclass(frozen=True)
class Use:
    """One thing that a file can be in a film.

    Attributes:
        title: What that is, in English.
        setting: The setting that names the file.
        also: Settings without which that one has no effect, with their values.
    """

    title: str
    setting: Setting
    also: tuple[tuple[Setting, Any], ...] = ()


_OF_IMAGES = (
    Use("Image that the film begins with", ("init", "image")),
    Use("Mask: white is diffused", ("mask", "mask_file"), ((("mask", "use_mask"), True),)),
    Use("Colors of every frame", ("color", "image"), ((("color", "reference"), "image"),)),
)
_OF_SOUNDS = (
    Use("Sound of the film", ("sound", "soundtrack_path"), ((("sound", "add_soundtrack"), "File"),)),
)
_OF_CLIPS = (
    Use("Clip that the film follows", ("video", "path")),
    Use("Mask video: white is diffused", ("mask", "video_mask_path"), ((("mask", "use_mask_video"), True),)),
    *_OF_SOUNDS,
)


def uses_of(upload: Upload) -> tuple[Use, ...]:
    """Returns what a file can be in a film; empty for files that no setting names."""
    if upload.kind.endswith(" image"):
        return _OF_IMAGES
    if upload.path.suffix in SOUND_SUFFIXES:
        return _OF_SOUNDS
    return _OF_CLIPS if upload.kind.startswith("a video") else ()


def used_as(text: str, use: Use, upload: Upload) -> str:
    """Returns the text of a preset in which a file is put to a use.

    Raises:
        UserError: The text cannot be changed there.
    """
    for setting, value in ((use.setting, upload.path.name), *use.also):
        text = set_value(text, setting, value)
    return text
