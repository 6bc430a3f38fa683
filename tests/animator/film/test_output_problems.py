"""What is wrong with a video or its sound is found before its first image."""

import random
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from animator.errors import UserError
from animator.film.formats import Encoding
from animator.film.output_problems import estimated_bytes, output_problems
from animator.film.sound import Sound
from animator.film.spec import VideoSpec
from animator.film.writer import VideoWriter
from tests.animator.film.facts import facts_of, samples
from tests.animator.film.films import Ffmpeg

_SURROUND = ("5.0(side)", "5.1", "5.1(side)", "6.0", "7.1", "7.1(wide)", "7.1.4", "22.2")
LAYOUTS = ("mono", "2.1", "quad", *_SURROUND, "octagonal", "cube", "11C", "32C")
_CODECS = {"mp3": ("-c:a", "libmp3lame"), "m4a": ("-c:a", "aac"), "ogg": ("-c:a", "libvorbis")}


def tone(ffmpeg: Ffmpeg, name: str, *options: str, seconds: float = 4.0) -> Path:
    """A tone of 440 Hz."""
    return ffmpeg(name, "-f", "lavfi", "-i", f"sine=440:d={seconds}", *options)


def film(path: Path, sound: Sound | None, frames: int = 10) -> Path:
    """Writes a film of 10 frames a second."""
    with VideoWriter(VideoSpec(path, (64, 64), 10, sound=sound)) as writer:
        for frame in range(frames):
            writer.write(np.full((64, 64, 3), frame * 10, np.uint8))
    return path


def problems_of(sound: Sound, frames: int = 20, suffix: str = "mp4") -> dict[str, str]:
    """Returns the messages about a sound by their severity."""
    found = output_problems(VideoSpec(f"film.{suffix}", (64, 64), 10, sound=sound), frames)
    return {problem.severity: problem.message for problem in found}


@pytest.mark.parametrize("suffix", ["webm", "mp4", "mov", "mkv"])
def test_sound_of_any_channel_layout_goes_into_every_format(
    ffmpeg: Ffmpeg, tmp_path: Path, suffix: str
) -> None:
    for layout in LAYOUTS:
        source = tone(ffmpeg, f"{layout}.wav", "-af", f"volume=4,pan={layout}|c0=c0", seconds=1.0)
        path = film(tmp_path / f"film.{suffix}", Sound(str(source)))
        assert np.abs(samples(path)).max() > 0.01, layout
        assert facts_of(path).frames == 10


DISTURBED = ("kill -9 $$", "echo 'out.mp4: No space left on device' >&2; exit 228")


@pytest.mark.parametrize("what_happens", DISTURBED, ids=["killed", "full disk"])
@pytest.mark.parametrize("call", ["*rawvideo*trial.*", "*color=black*", "*trial.*tone.wav*"])
def test_what_could_not_be_tried_out_is_not_called_wrong(
    ffmpeg: Ffmpeg, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, what_happens: str
) -> None:
    """A call of ffmpeg fails: with a file of one image, with the encoder alone, with the sound."""
    encoder = "nvenc" if call == "*color=black*" else "auto"
    sound = Sound(str(tone(ffmpeg, "tone.wav")))
    program = tmp_path / "ffmpeg"
    program.write_text(
        f'#!/bin/sh\ncase "$*" in {call}) {what_happens};; esac\nexec "{get_ffmpeg_exe()}" "$@"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(program))
    spec = VideoSpec("film.mp4", (64, 64), 10, encoding=Encoding(encoder=encoder), sound=sound)
    (problem,) = output_problems(spec, 3)
    assert "could not be tried out" in problem.message and "try again" in problem.message
    assert "ffmpeg was killed" in problem.message or "No space left on device" in problem.message
    advice = ("choose another", "set it to auto", "convert it")
    assert not any(words in problem.message for words in advice)


def test_ambisonic_sound_is_heard(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    four = ("-af", "volume=4,pan=4C|c0=c0", "-c:a", "libopus", "-mapping_family", "2")
    source = tone(ffmpeg, "ambisonic.opus", *four, seconds=1.0)
    for suffix in ("webm", "mp4", "mov"):
        assert np.abs(samples(film(tmp_path / f"film.{suffix}", Sound(str(source))))).max() > 0.1


def test_surround_keeps_its_channels_where_the_codec_has_them(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    source = tone(ffmpeg, "5.1(side).wav", "-af", "volume=4,pan=5.1(side)|c0=c0", seconds=1.0)
    path = film(tmp_path / "film.webm", Sound(str(source)))
    log = subprocess.run([get_ffmpeg_exe(), "-i", str(path)], capture_output=True, text=True).stderr
    assert "5.1" in log


@pytest.mark.parametrize(
    ("film", "message"),
    [
        (VideoSpec("a.mp4", (64, 64), 1e-9), "fps: is 1e-09, which is as good as 0"),
        (
            VideoSpec("a.webm", (64, 64), 2000),
            "fps: 2000 images per second do not go into webm",
        ),
        (VideoSpec("a.gif", (64, 64), 0.001), "a GIF shows one for 655 s at most"),
        (VideoSpec("a.webp", (20000, 64), 10), "cannot make a webp file with webp of 20000 x 64 pixels"),
        (VideoSpec("a.mp4", (20000, 20000), 10), "cannot make a mp4 file with h264 of 20000 x 20000 pixels"),
        (VideoSpec("a.gif", (70000, 16), 10), "cannot make a gif file"),
        (VideoSpec("a.mp4", (64, 64), 10, Encoding("vp9")), "vp9 does not go into mp4"),
        (VideoSpec("a.avi", (64, 64), 10), "ends in .avi; expected .mp4"),
    ],
    ids=lambda value: "" if isinstance(value, str) else str(value.path),
)
def test_what_ffmpeg_cannot_write_is_refused_before_the_first_image(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, film: VideoSpec, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (problem,) = output_problems(film, 10)
    assert problem.severity == "error"
    with pytest.raises(UserError, match=message):
        VideoWriter(film)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("size", [(65, 67), (2, 2), (63, 64)])
@pytest.mark.parametrize("suffix", ["mp4", "webm", "mov", "mkv", "gif", "webp"])
def test_odd_sizes_are_written(suffix: str, size: tuple[int, int]) -> None:
    assert output_problems(VideoSpec(f"a.{suffix}", size, 10), 3) == ()


@pytest.mark.parametrize("suffix", ["mp3", "m4a", "ogg", "opus", "flac", "aac", "mka"])
def test_a_hole_in_the_sound_is_an_error_with_its_time(ffmpeg: Ffmpeg, tmp_path: Path, suffix: str) -> None:
    good = tone(ffmpeg, f"good.{suffix}", *_CODECS.get(suffix, ()), seconds=10.0)
    data, chance = bytearray(good.read_bytes()), random.Random(1)
    middle = len(data) // 2
    data[middle : middle + 1500] = chance.randbytes(1500)
    bad = tmp_path / f"bad.{suffix}"
    bad.write_bytes(data)
    assert problems_of(Sound(str(good)), 30) == {}
    message = problems_of(Sound(str(bad)), 99)["error"]
    assert f"bad.{suffix}: its sound is damaged near" in message and "sound.damaged" in message
    assert float(message.split(" near ")[1].split(" s")[0]) == pytest.approx(5.0, abs=2.1)
    assert "error" not in problems_of(Sound(str(bad), conceal=True), 99)
    if suffix in ("mp3", "m4a", "flac"):  # Ogg and Matroska are read ahead
        assert problems_of(Sound(str(bad)), 5) == {}  # the film does not reach the damage


@pytest.mark.parametrize(
    ("sound", "message"),
    [
        (Sound("tone.wav", offset=3), "the sound begins at 3.00 s and the film ends at 2.00 s"),
        (Sound("tone.wav", offset=2), "it is silent"),
        (Sound("tone.wav", offset=-5), "tone.wav: ends before the film begins"),
        (Sound("tone.wav", offset=-1), "tone.wav: ends at 0.00 s, the film at 2.00 s|ends before"),
        (Sound("tone.wav", length="cut"), r"tone.wav: ends at 1.00 s, the film at 2.00 s.*loop"),
        (Sound("silence.wav"), "silence.wav: the part that the film uses is silent"),
        (Sound("late.wav"), "late.wav: the part that the film uses is silent"),
    ],
)
def test_a_sound_that_is_not_heard_is_warned_of(
    ffmpeg: Ffmpeg, monkeypatch: pytest.MonkeyPatch, sound: Sound, message: str
) -> None:
    tone(ffmpeg, "tone.wav", seconds=1.0)
    ffmpeg("silence.wav", "-f", "lavfi", "-i", "anullsrc", "-t", "3")
    monkeypatch.chdir(tone(ffmpeg, "late.wav", "-af", "adelay=2500").parent)
    assert re.search(message, problems_of(sound)["warning"], re.DOTALL)


def test_a_looped_or_long_enough_sound_is_not_warned_of(ffmpeg: Ffmpeg) -> None:
    short, long = tone(ffmpeg, "tone.wav", seconds=1.0), tone(ffmpeg, "long.wav")
    assert problems_of(Sound(str(short), length="loop")) == {}
    assert problems_of(Sound(str(long), offset=-1)) == {}


def test_the_estimate_grows_with_the_film() -> None:
    small, large = (VideoSpec("a.mkv", (64, side), 10) for side in (64, 128))
    assert 2 * estimated_bytes(small, 10) == estimated_bytes(large, 10) == estimated_bytes(small, 20)


def test_a_film_that_does_not_fit_on_the_disk_is_warned_of() -> None:
    (problem,) = output_problems(VideoSpec("a.mkv", (1024, 1024), 10), 10**9)
    assert problem.severity == "warning" and "a.mkv will take about" in problem.message
