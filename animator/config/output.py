"""The film file."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from animator.config.group import Group
from animator.fields import one_of_names
from animator.subtitle_names import NAMES

SubtitleName = Annotated[str, AfterValidator(lambda name: one_of_names(name, NAMES))]


class Output(Group):
    """The film file."""

    format: Literal["mp4"] = "mp4"
    crf: int = Field(17, ge=0, le=51)
    """H.264 quality: lower is better and larger; 17 is hard to tell from the frames."""
    subtitles: tuple[SubtitleName, ...] = ()
    """Values to write beside the film as an .srt, by Deforum's names, such as [Zoom, Seed Sch]; or [all]."""
