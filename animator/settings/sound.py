"""The sound of the film."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from animator.settings.choices import Switchable
from animator.settings.effect import Condition, Fact, Switch
from animator.settings.group import SettingsGroup, StrictBool
from animator.settings.inputs import has_sound
from animator.settings.needs import Is
from animator.settings.paths import FileOrName


class Sound(SettingsGroup):
    """The sound of the film: shifted, faded, cut or looped, never stretched; the film keeps its length."""

    effective_when: ClassVar[Condition] = Fact(
        has_sound, "sound.soundtrack_path, a sound in signals, or sound.add_soundtrack: Init Video"
    )

    add_soundtrack: Annotated[Switchable[Literal["none", "File", "Init Video"]], Switch()] = "File"
    """Source of the sound: the file below, or else the first sound in `signals`; the clip in `video.path`; or
    none."""
    soundtrack_path: Annotated[FileOrName, Switch(Is("add_soundtrack", ("File",)))] = ""
    """Any file with sound that ffmpeg reads; a URL only with `allow_url`. Empty for the first sound in
    `signals`, if there is one."""
    offset: float = Field(0, ge=-86_400, le=86_400)
    """Seconds into the film at which the sound begins; negative skips the beginning of the sound."""
    fade_in: float = Field(0, ge=0, le=86_400)
    """Length of the fade-in in seconds."""
    fade_out: float = Field(0, ge=0, le=86_400)
    """Length of the fade-out in seconds, at the end of the sound or of the film, whichever is first."""
    length: Literal["cut", "pad", "loop"] = "pad"
    """A sound shorter than the film ends early, is padded with silence, or loops; a longer one is cut."""
    damaged: Literal["stop", "conceal"] = "stop"
    """At damage in the sound, stop before rendering or use what can be decoded."""
    allow_url: Annotated[StrictBool, Is("add_soundtrack", ("File",))] = False
    """Let `soundtrack_path` be a URL; it is downloaded with `--allow-download` only."""
