"""What is heard with the film."""

from typing import Literal

from pydantic import Field

from animator.settings.choices import Switchable
from animator.settings.group import SettingsGroup, StrictBool
from animator.settings.paths import FileOrName


class Sound(SettingsGroup):
    """What is heard: moved, faded, cut or repeated, and never stretched; the film keeps its length."""

    add_soundtrack: Switchable[Literal["none", "File", "Init Video"]] = "File"
    """Whose sound: that of the file below, if one is given; of the clip in `video.path`; or none."""
    soundtrack_path: FileOrName = ""
    """Any file with sound that ffmpeg reads; a URL only with `allow_url`."""
    offset: float = Field(0, ge=-86_400, le=86_400)
    """Seconds into the film at which the sound begins; below 0 the film begins so far inside the sound."""
    fade_in: float = Field(0, ge=0, le=86_400)
    """Seconds."""
    fade_out: float = Field(0, ge=0, le=86_400)
    """Seconds, up to the end of the sound or of the film, whichever is first."""
    length: Literal["cut", "pad", "loop"] = "pad"
    """A sound shorter than the film stays so, gets silence, or is repeated; a longer one is cut."""
    allow_url: StrictBool = False
    """Fetch the soundtrack where its path is a URL."""
