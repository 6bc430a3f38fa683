"""The clip that a film is made over."""

from typing import Literal

from pydantic import Field

from animator.film.clip import AfterEnd, ClipSpec, Fit, Timing
from animator.settings.group import SettingsGroup, StrictBool
from animator.settings.paths import ClipName


class Video(SettingsGroup):
    """The clip that the video mode redraws and that hybrid video follows; see docs/video.md."""

    path: ClipName = ""
    """Any film that ffmpeg reads, a folder of images, or a pattern such as `in/%09d.png`."""
    extract_from_frame: int = Field(0, ge=0)
    """First frame of the clip that counts."""
    extract_to_frame: int = Field(-1, ge=-1)
    """Last frame of the clip that counts; -1 is its end."""
    extract_nth_frame: int = Field(1, ge=1)
    """Every so many frames of the clip count."""
    timing: Timing = "frames"
    """frames: each of the clip's images is one frame of the film, as in Deforum. clock: the film sees what
    the clip shows at the same second, whatever the rates of the two and however uneven the clip's."""
    after_end: AfterEnd = "error"
    """What a film sees that is longer than the clip: an error before anything is drawn, the last image, or
    the clip again."""
    fit: Fit = "stretch"
    """How a clip of another shape comes to the film's size: distorted as in Deforum, cut off, or with black
    bars."""
    damaged: Literal["stop", "conceal"] = "stop"
    """Where the clip is damaged: stop there, or go on with what can be decoded."""
    allow_url: StrictBool = False
    """Let `path` be an http or https address that ffmpeg fetches."""

    @property
    def spec(self) -> ClipSpec:
        """The clip as the reader of clips takes it."""
        return ClipSpec(
            self.path,
            self.extract_from_frame,
            self.extract_to_frame,
            self.extract_nth_frame,
            self.timing,
            self.after_end,
            self.fit,
            conceal=self.damaged == "conceal",
            allow_url=self.allow_url,
        )
