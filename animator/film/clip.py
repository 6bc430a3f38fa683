"""`ClipSpec`: the input clip of a film, the part of it that is used, and how its images are fitted."""

from dataclasses import dataclass
from typing import Literal

Fit = Literal["stretch", "crop", "pad"]
"""Resize mode for images of another aspect ratio: distorted, cropped, or with black bars."""
Timing = Literal["frames", "clock"]
AfterEnd = Literal["error", "hold", "loop"]
Deinterlace = Literal["auto", "on", "off"]
"""auto deinterlaces images that are flagged as two fields, on all of them."""


@dataclass(frozen=True)
class ClipSpec:
    """The input clip of a film.

    Attributes:
        path: A video file, a folder of images, a pattern such as `in/%09d.png`, or a URL.
        first: First image in use.
        last: Last image in use; -1 is the clip's end.
        every: Uses every N-th image.
        timing: "frames" takes one image per frame of the film; "clock" the image shown at the frame's time.
        after_end: What frames beyond the clip's end get: an error, the last image, or the clip again.
        fit: How its images are resized to the film's size.
        conceal: Use what can be decoded of damaged images instead of stopping there.
        allow_url: Fetch `path` where it is a URL.
        deinterlace: When two fields become one image.
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
    deinterlace: Deinterlace = "auto"
