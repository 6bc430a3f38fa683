"""The sound of a video: an audio file, shifted, faded, cut, padded or looped, and never stretched."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from animator.core.permissions import permissions
from animator.core.urls import is_url
from animator.errors import ChangeSetting, UserError
from animator.film.listen import decoded_seconds
from animator.film.remote import local_file
from animator.film.sound_source import SoundFacts, facts_of, sound_input

SAMPLES = 48_000
"""Sample rate of all videos, in Hz: every audio codec of `FORMATS` takes it."""
Length = Literal["cut", "pad", "loop"]
_GAP_S = 0.05
"""Smallest gap in a sound's time that is filled with silence; smaller ones are inaccuracies of the file."""


@dataclass(frozen=True)
class Sound:
    """The sound of a video.

    Attributes:
        source: Any file with sound that ffmpeg reads, or a URL.
        offset: Start of the sound in the video, in seconds; below 0 skips the beginning of the sound.
        fade_in: Seconds of fade-in from silence.
        fade_out: Seconds of fade-out, at the end of the sound or of the video, whichever comes first.
        length: For a sound shorter than the video: "cut" leaves it short, "pad" appends silence, "loop"
            repeats it. A longer one always ends with the video.
        allow_url: Fetch `source` where it is a URL.
        start: Time on the source's clock, in seconds, that the video begins with; None is its first image, or
            its first sample in a file without images.
        conceal: Use what can be decoded of a damaged sound.
    """

    source: str
    offset: float = 0.0
    fade_in: float = 0.0
    fade_out: float = 0.0
    length: Length = "pad"
    allow_url: bool = False
    start: Fraction | None = None
    conceal: bool = False

    def check(self) -> None:
        """Decodes the beginning of the sound, so that a mistake shows before the video is made.

        Raises:
            UserError: There is no such file, it has no sound, or it is a URL that is not allowed.
        """
        self.facts()

    def facts(self) -> SoundFacts:
        """Returns the facts about the source; errors as `check`."""
        if is_url(self.source) and not (self.allow_url or permissions().network):
            raise UserError(
                f"{self.source}: is a URL, and these are not read by default; download the file, or allow it",
                ChangeSetting("sound.allow_url", "true"),
            )
        return facts_of(local_file(self.source))

    def delay(self) -> float:
        """Returns the seconds from the video's beginning to the first sample; below 0 it begins before."""
        facts = self.facts()
        start = self.start if self.start is not None else facts.first_image
        return self.offset + (0.0 if start is None else float(facts.begin - start))

    def seconds(self) -> float:
        """Returns the length of the source in seconds, by decoding it; errors as `check`."""
        self.facts()
        return decoded_seconds(local_file(self.source))

    def input(self) -> list[str]:
        """Returns the ffmpeg args that open the source."""
        repeat = ["-stream_loop", "-1"] if self.length == "loop" else []
        return [*repeat, *sound_input(local_file(self.source))]

    def filters(self, film_seconds: Fraction, layouts: str = "") -> str:
        """Returns the audio filters from the source to the sound of a video.

        Args:
            film_seconds: Length of the video.
            layouts: ffmpeg's names of the channel layouts to choose from, joined by "|"; empty keeps the
                source's.
        """
        total, delay = float(film_seconds), self.delay()
        steps = self.heard(delay)
        if self.fade_in > 0:
            steps.append(f"afade=t=in:st=0:d={self.fade_in:.6f}")
        begin = max(delay, 0.0)
        if self.fade_out > 0:
            end = (total if self.length == "loop" else min(total, delay + self.seconds())) - begin
            steps.append(f"afade=t=out:st={max(end - self.fade_out, 0.0):.6f}:d={self.fade_out:.6f}")
        if begin > 0:
            steps.append(f"adelay={round(begin * SAMPLES)}S:all=1")
        steps += ["apad"] if self.length == "pad" else []
        steps += [f"atrim=end_sample={round(film_seconds * SAMPLES)}", "asetpts=N/SR/TB"]
        steps += [f"aformat=channel_layouts={layouts}"] if layouts else []
        return ",".join([*playable(self.facts()), *steps])

    def heard(self, delay: float) -> list[str]:
        """Returns the filters from the source to what the video uses of it, with the time counted from 0."""
        if self.length == "loop":  # a repeated source has no clock of its own
            steps = [f"aresample={SAMPLES}", "asetpts=N/SR/TB"]
        else:
            in_time = f"aresample={SAMPLES}:async=1:first_pts=0:min_hard_comp={_GAP_S}"
            steps = ["asetpts=PTS-STARTPTS", in_time, "asetpts=N/SR/TB"]
        return steps + ([f"atrim=start={-delay:.6f}", "asetpts=N/SR/TB"] if delay < 0 else [])


def playable(facts: SoundFacts) -> list[str]:
    """Returns the filters that make samples playable, and channels that belong nowhere one."""
    # An encoder stops at samples that are no numbers, and a filter that has met one returns nothing else.
    steps = ["aeval=if(isnan(val(ch))\\,0\\,clip(val(ch)\\,-1\\,1)):c=same"] if facts.is_float else []
    if facts.is_mappable:
        return steps
    if not facts.count:  # ambisonic: the first channel is the sound from all around
        return [*steps, "pan=mono|c0=c0"]
    return [*steps, "pan=mono|c0<" + "+".join(f"c{channel}" for channel in range(facts.count))]
