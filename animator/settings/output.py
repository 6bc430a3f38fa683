"""The video file."""

from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from animator.errors import PluginError
from animator.film.formats import (
    CODEC_CHOICES,
    ENCODER_CHOICES,
    FORMATS,
    PLUGINS,
    Encoding,
    Format,
    encoders_of,
    find_format,
)
from animator.settings.choices import OneOf
from animator.settings.effect import Always, Condition
from animator.settings.group import SettingsGroup, StrictBool
from animator.settings.subtitle_names import NAMES
from animator.settings.subtitle_values import SubtitleValues, SubtitleValuesField

SubtitleName = Annotated[str, OneOf(NAMES)]


class Output(SettingsGroup):
    """The video file; [film.md](film.md) describes the formats."""

    effective_when: ClassVar[Condition] = Always()

    format: Annotated[str, OneOf(tuple(FORMATS), PLUGINS)] = "mp4"
    """Container and suffix; png writes no video file, only the frames."""
    codec: Annotated[str, OneOf(CODEC_CHOICES)] = "auto"
    """auto is h264 in mp4, vp9 in webm, prores in mov and lossless ffv1 in mkv."""
    crf: int | None = Field(None, ge=0, le=1000)
    """Quality on the codec's own scale, lower is better and larger: h264 and h265 0-51, av1 and vp9 0-63,
    webp 0-100. By default 17 for h264, 20 for h265, 24 for av1 and vp9, 15 for webp: visually lossless."""
    preset: str = ""
    """Speed of the encoder: ultrafast to placebo (h264, h265), 0 to 13 (av1), 0 to 5 (vp9); for
    prores the profile, proxy to 4444xq; for gif the dithering; for webp the kind of image."""
    pixel_format: str = ""
    """ffmpeg's name of a pixel format, such as yuv444p or yuv420p10le; empty is the codec's usual one."""
    encoder: Annotated[str, OneOf(ENCODER_CHOICES)] = "auto"
    """auto encodes in software; the others in hardware, if ffmpeg and the machine support it."""
    png_level: int = Field(1, ge=1, le=9)
    """Effort to make the frames' PNG files small: 9 takes up to a quarter fewer bytes than 1, and about ten
    times as long. The pixels are the same."""
    make_gif: StrictBool = False
    """Also make a GIF."""
    subtitles: tuple[SubtitleName, ...] = ()
    """Values to write into an .srt file, by Deforum's names, such as [Zoom, Seed Sch]; or [all]."""
    subtitle_values: Annotated[SubtitleValues, SubtitleValuesField()] = SubtitleValues.parse({})
    """What an imported film does not use, because its settings file switches it off, and Deforum's subtitles
    show all the same: `{steps_schedule: "0: (25)"}`. The import writes it."""

    @property
    def encoding(self) -> Encoding:
        """The settings of the encoder."""
        return Encoding(self.codec, self.crf, self.preset, self.pixel_format, self.encoder)

    @property
    def film_format(self) -> Format:
        """The format's properties.

        Raises:
            PluginError: The package that offers the format is missing or broken.
        """
        return find_format(self.format)

    @model_validator(mode="after")
    def _encodes(self) -> "Output":
        try:
            encoders_of(self.film_format, self.encoding)
        except PluginError as error:
            raise ValueError(str(error)) from error
        return self
