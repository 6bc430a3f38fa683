"""`ClipSpec`: which clip a film sees, which part of it counts, and how it is shown."""

from dataclasses import dataclass
from typing import Literal

Fit = Literal["stretch", "crop", "pad"]
"""How images of another shape come to a size: distorted, cut off, or with black bars."""
Timing = Literal["frames", "clock"]
AfterEnd = Literal["error", "hold", "loop"]


@dataclass(frozen=True)
class ClipSpec:
    """The clip that a film is made over.

    Attributes:
        path: A video file, a folder of images, a pattern such as `in/%09d.png`, or a URL.
        first: First image that counts.
        last: Last image that counts; -1 is the clip's end.
        every: Every so many count.
        timing: "frames" shows one image per frame of the film; "clock" what the clip shows at that second.
        after_end: What frames beyond the clip's end see.
        fit: How its images come to the film's size.
        conceal: Take what can be decoded of damaged images instead of stopping there.
        allow_url: Fetch `path` where it is a URL.
    """

    path: str = ""
    first: int = 0
    last: int = -1
    every: int = 1
    timing: Timing = "frames"
    after_end: AfterEnd = "error"
    fit: Fit = "stretch"
    conceal: bool = False
    allow_url: bool = False
