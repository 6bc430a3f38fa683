"""What is heard with the film."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from animator.config.group import Group, Switch
from animator.named_files import FileOrName


class Sound(Group):
    """What is heard: moved, faded, cut or repeated, and never stretched; the film keeps its length."""

    add_soundtrack: Literal["None", "File", "Init Video"] = "None"
    """Whose sound: that of the file below, or of the clip in `video.path`. A file that is given is heard
    without saying so here."""
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
    allow_url: Switch = False
    """Fetch the soundtrack where its path is a URL."""

    @model_validator(mode="before")
    @classmethod
    def _given_is_heard(cls, values: Any) -> Any:
        if isinstance(values, Mapping) and values.get("soundtrack_path") and "add_soundtrack" not in values:
            return {**values, "add_soundtrack": "File"}
        return values

    @model_validator(mode="after")
    def _has_a_file(self) -> "Sound":
        if self.add_soundtrack == "File" and not self.soundtrack_path:
            raise ValueError(
                "soundtrack_path: is empty; name a file with sound, or set add_soundtrack to None"
            )
        return self
