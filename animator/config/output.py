"""The film file."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from animator.config.group import Group, Switch
from animator.fields import one_of_names
from animator.subtitle_names import NAMES
from animator.video.formats import FORMATS, Encoding, encoders_of

SubtitleName = Annotated[str, AfterValidator(lambda name: one_of_names(name, NAMES))]


class Output(Group):
    """The film file; [film.md](film.md) tells what each format is good for."""

    format: Literal["mp4", "webm", "mov", "mkv", "gif", "webp", "png"] = "mp4"
    """The film's container, also its suffix; png makes no file: the frames are the film."""
    codec: Literal["auto", "h264", "h265", "av1", "vp9", "prores", "ffv1"] = "auto"
    """auto is h264 in mp4, vp9 in webm, prores in mov and lossless ffv1 in mkv."""
    crf: int | None = Field(None, ge=0)
    """Quality on the codec's own scale, lower is better and larger: h264 and h265 0-51, av1 and vp9 0-63,
    webp 0-100. By itself 17 for h264, 20 for h265, 24 for av1 and vp9, 15 for webp: hard to tell from the
    frames."""
    preset: str = ""
    """How long the encoder may take: ultrafast to placebo (h264, h265), 0 to 13 (av1), 0 to 5 (vp9); for
    prores the flavour, proxy to 4444xq; for gif the dithering; for webp the kind of picture."""
    pixel_format: str = ""
    """ffmpeg's name of another pixel format than the codec's usual one, such as yuv444p or yuv420p10le."""
    encoder: Literal["auto", "nvenc", "vaapi", "videotoolbox"] = "auto"
    """auto encodes in software; the others on hardware, where ffmpeg and the machine have it."""
    make_gif: Switch = False
    """Also make a GIF."""
    subtitles: tuple[SubtitleName, ...] = ()
    """Values to write beside the film as an .srt, by Deforum's names, such as [Zoom, Seed Sch]; or [all]."""

    @property
    def encoding(self) -> Encoding:
        """How pictures are encoded."""
        return Encoding(self.codec, self.crf, self.preset, self.pixel_format, self.encoder)

    @model_validator(mode="after")
    def _goes_together(self) -> "Output":
        encoders_of(FORMATS[self.format], self.encoding)
        return self
