"""The samples of a sound, decoded in blocks."""

import subprocess
import tempfile
from collections.abc import Generator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from animator.errors import UserError
from animator.film import ffmpeg
from animator.film.remote import local_file
from animator.film.sound import SAMPLES, Sound, playable
from animator.film.sound_source import sound_input
from animator.film.video_stream import deadline_of

Samples = NDArray[np.float32]
LAYOUTS = {1: "mono", 2: "stereo"}
"""ffmpeg's name of the layout of so many channels."""
_BLOCK_BYTES = 1 << 18
_RUMBLE_HZ = 20
"""What is lower is not heard: a constant offset of cheap recorders, steps on the stage."""


def source_samples(sound: Sound) -> Generator[Samples, None, bytes]:
    """Yields a whole sound from its first sample, float32 (n, 1 or 2) in [-1, 1] at `SAMPLES` Hz.

    Channels beyond two are mixed into two, the one for low frequencies too. What is below 20 Hz is left out.
    The time is that of `Sound.filters` before its offset: gaps in the file are silent.

    Args:
        sound: The sound; its offset, loop and fades do not matter.

    Returns:
        What ffmpeg reported of damage; empty for a sound without.

    Raises:
        UserError: There is no such file, it has no sound, it is a URL that is not allowed, or decoding it
            takes too long.
        VideoError: ffmpeg failed.
    """
    facts = sound.facts()
    channels = facts.heard_channels
    steps = [*playable(facts), *sound.heard(0.0), f"highpass=f={_RUMBLE_HZ}"]
    steps += ["aresample=lfe_mix_level=1", f"aformat=channel_layouts={LAYOUTS[channels]}"]
    args = [*ffmpeg.QUIET, *replace(sound, length="cut").input(), "-map", "0:a:0", "-af", ",".join(steps)]
    blocks = decoded([*args, "-ar", str(SAMPLES), "-f", "f32le", "-"], sound.source)
    return (yield from _floats(blocks, channels))


def loop_seconds(sound: Sound, once_s: float) -> float:
    """Returns the time after which a looped sound comes again.

    It is not always its length: at each repetition ffmpeg decodes some samples that a file of Opus has
    and that are to be skipped, and loses some of Vorbis.

    Args:
        sound: The sound; its offset and fades do not matter.
        once_s: Its length in seconds.

    Raises:
        UserError: Decoding it takes too long.
        VideoError: ffmpeg failed.
    """
    looped = replace(sound, length="loop")
    steps = [*playable(sound.facts()), *looped.heard(0.0), "aformat=channel_layouts=mono"]
    args = [*ffmpeg.QUIET, "-stream_loop", "1", *sound_input(local_file(sound.source)), "-map", "0:a:0"]
    args += ["-af", ",".join(steps), "-ar", str(SAMPLES), "-f", "s16le", "-"]
    blocks = decoded(args, sound.source)
    return sum(map(len, blocks)) / (2 * SAMPLES) - once_s


def decoded(args: list[str], source: str) -> Generator[bytes, None, bytes]:
    """Yields what ffmpeg writes, in blocks, within the deadline of the file; returns its messages.

    Args:
        args: The command line without the executable.
        source: The sound that it reads.

    Raises:
        UserError: It takes too long.
        VideoError: ffmpeg failed.
    """
    limit_s = deadline_of(local_file(source))
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [ffmpeg.executable(), *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log
        )
        with ffmpeg.killed_after(process, limit_s) as late:
            try:
                while process.stdout is not None and (data := process.stdout.read(_BLOCK_BYTES)):
                    yield data
                code = process.wait()
            finally:
                process.kill()
                process.wait()
                if process.stdout is not None:
                    process.stdout.close()
        log.seek(0)
        messages = log.read(1_000_000)
        if late.is_set():
            hint = "convert it to WAV or FLAC"
            raise UserError(f"{source}: its sound could not be read within {limit_s:.0f} s; {hint}")
        if code != 0:
            raise ffmpeg.ffmpeg_error(source, code, messages)
        return messages


def _floats(blocks: Generator[bytes, None, bytes], channels: int) -> Generator[Samples, None, bytes]:
    """Yields samples for bytes, without what is no number or beyond full scale in a damaged file."""
    while True:
        try:
            data = next(blocks)
        except StopIteration as end:
            return bytes(end.value)
        whole = data[: len(data) // (4 * channels) * (4 * channels)]
        samples = np.frombuffer(whole, "<f4").reshape(-1, channels)
        yield np.clip(np.nan_to_num(samples, nan=0.0), -1.0, 1.0)
