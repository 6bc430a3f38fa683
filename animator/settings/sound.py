"""The sound of the film."""

from typing import Literal

from pydantic import Field

from animator.settings.choices import Switchable
from animator.settings.group import SettingsGroup, StrictBool
from animator.settings.paths import FileOrName


class Sound(SettingsGroup):
    """The sound of the film: shifted, faded, cut or looped, never stretched; the film keeps its length."""

    add_soundtrack: Switchable[Literal["none", "File", "Init Video"]] = "File"
    """Source of the sound: the file below, if one is given; the clip in `video.path`; or none."""
    soundtrack_path: FileOrName = ""
    """Any file with sound that ffmpeg reads; a URL only with `allow_url`."""
    offset: float = Field(0, ge=-86_400, le=86_400)
    """Seconds into the film at which the sound begins; negative skips the beginning of the sound."""
    fade_in: float = Field(0, ge=0, le=86_400)
    """Length of the fade-in in seconds."""
    fade_out: float = Field(0, ge=0, le=86_400)
    """Length of the fade-out in seconds, at the end of the sound or of the film, whichever is first."""
    length: Literal["cut", "pad", "loop"] = "pad"
    """A sound shorter than the film ends early, is padded with silence, or loops; a longer one is cut."""
    allow_url: StrictBool = False
    """Let `soundtrack_path` be a URL; it is downloaded with `--allow-download` only."""
