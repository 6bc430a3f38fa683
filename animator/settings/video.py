"""The clip that a film is made from."""

from typing import Literal

from pydantic import Field

from animator.film.clip import AfterEnd, ClipSpec, Fit, Timing
from animator.settings.group import SettingsGroup, StrictBool
from animator.settings.paths import ClipName


class Video(SettingsGroup):
    """The clip that the video mode regenerates and that hybrid video follows; see docs/video.md."""

    path: ClipName = ""
    """Any video that ffmpeg reads, a folder of images, or a pattern such as `in/%09d.png`."""
    extract_from_frame: int = Field(0, ge=0)
    """First frame of the clip to use."""
    extract_to_frame: int = Field(-1, ge=-1)
    """Last frame of the clip to use; -1 is its end."""
    extract_nth_frame: int = Field(1, ge=1)
    """Use every N-th frame of the clip."""
    timing: Timing = "frames"
    """frames: each frame of the clip is one frame of the film, as in Deforum. clock: each frame of the film
    uses what the clip shows at the same time, whatever their frame rates, even if the clip's varies."""
    after_end: AfterEnd = "error"
    """For a film longer than the clip: stop with an error before rendering, hold the last image, or start the
    clip over."""
    fit: Fit = "stretch"
    """Fit of a clip with another aspect ratio: stretched (as in Deforum), cropped, or padded."""
    damaged: Literal["stop", "conceal"] = "stop"
    """At damage in the clip, stop or continue with what can be decoded."""
    allow_url: StrictBool = False
    """Let `path` be an http or https URL; it is downloaded with `--allow-download` only."""

    @property
    def spec(self) -> ClipSpec:
        """The clip as the clip reader expects it."""
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
