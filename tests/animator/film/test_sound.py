"""Sound: where it begins and ends, to the sample, and that nothing fails in silence."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from animator.errors import UserError
from animator.film.sound import Length, Sound
from animator.film.soundtrack import soundtrack
from animator.film.spec import VideoSpec
from animator.film.writer import VideoWriter
from tests.animator.film.facts import facts_of, samples

SECOND = 48_000
FRAME = 1 / 10


@pytest.fixture(scope="module")
def tone(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Half a second of 440 Hz, amplitude 1/2, from its first sample on."""
    path = tmp_path_factory.mktemp("sound") / "tone.wav"
    wave = 0.5 * np.sin(2 * np.pi * 440 * np.arange(SECOND // 2) / SECOND)
    raw = (wave * 32767).astype(np.int16).tobytes()
    command = [
        get_ffmpeg_exe(),
        "-loglevel",
        "error",
        "-f",
        "s16le",
        "-ar",
        "48000",
        "-ac",
        "1",
        "-i",
        "-",
        str(path),
    ]
    subprocess.run(command, input=raw, check=True)
    return str(path)


def film_with(path: Path, sound: Sound, frames: int = 12) -> np.ndarray:
    """The sound of a film of 10 frames a second."""
    with VideoWriter(VideoSpec(path, (64, 64), 10, sound=sound)) as writer:
        for frame in range(frames):
            writer.write(np.full((64, 64, 3), frame * 10, np.uint8))
    return samples(path)


def loud(heard: np.ndarray) -> tuple[float, float]:
    """Seconds at which a sound begins and ends."""
    there = np.flatnonzero(np.abs(heard) > 0.1)
    return there[0] / SECOND, (there[-1] + 1) / SECOND


@pytest.mark.parametrize(
    ("suffix", "codec"), [("mp4", "aac"), ("webm", "opus"), ("mov", "pcm_s16le"), ("mkv", "flac")]
)
def test_sound_and_images_are_in_step(tmp_path: Path, tone: str, suffix: str, codec: str) -> None:
    path = tmp_path / f"film.{suffix}"
    heard = film_with(path, Sound(tone, offset=0.3))
    facts = facts_of(path)
    assert (facts.sound, facts.frames) == (codec, 12)
    assert facts.seconds == pytest.approx(1.2, abs=0.011)
    assert facts.sound_seconds == pytest.approx(1.2, abs=FRAME / 2)
    begin, end = loud(heard)
    # AAC and Opus ring a little before an attack; that is far below a frame.
    assert begin == pytest.approx(0.3, abs=0.01) and end == pytest.approx(0.8, abs=0.01)


@pytest.mark.parametrize(
    ("length", "seconds", "begin_end"),
    [("cut", 0.5, (0, 0.5)), ("pad", 1.2, (0, 0.5)), ("loop", 1.2, (0, 1.2))],
)
def test_a_shorter_sound(
    tmp_path: Path, tone: str, length: Length, seconds: float, begin_end: tuple[float, float]
) -> None:
    heard = film_with(tmp_path / "film.mkv", Sound(tone, length=length))
    assert heard.size / SECOND == pytest.approx(seconds, abs=0.001)
    assert loud(heard) == pytest.approx(begin_end, abs=0.002)
    assert facts_of(tmp_path / "film.mkv").frames == 12


def test_a_longer_sound_ends_with_the_film(tmp_path: Path, tone: str) -> None:
    lengths: tuple[Length, ...] = ("cut", "pad", "loop")
    for length in lengths:
        heard = film_with(tmp_path / "film.mkv", Sound(tone, length=length), frames=3)
        assert heard.size == pytest.approx(0.3 * SECOND, abs=2)


def test_a_negative_offset_begins_inside_the_sound(tmp_path: Path, tone: str) -> None:
    assert loud(film_with(tmp_path / "film.mkv", Sound(tone, offset=-0.2))) == pytest.approx(
        (0, 0.3), abs=0.002
    )
    looped = film_with(tmp_path / "film.mkv", Sound(tone, offset=-0.2, length="loop"))
    assert loud(looped) == pytest.approx((0, 1.2), abs=0.002)


def test_fades_act_at_the_ends_of_what_is_heard(tmp_path: Path, tone: str) -> None:
    heard = film_with(tmp_path / "film.mkv", Sound(tone, offset=0.2, fade_in=0.2, fade_out=0.2))
    level = [
        np.abs(heard[int(at * SECOND) : int((at + 0.02) * SECOND)]).max()
        for at in (0.21, 0.3, 0.45, 0.6, 0.67)
    ]
    assert level[0] < 0.1 < level[1] < 0.4 < level[2] and level[2] > 0.45 > level[3] > 0.1 > level[4]
    cut = film_with(
        tmp_path / "film.mkv", Sound(tone, fade_out=0.2), frames=3
    )  # fades by the end of the film
    assert np.abs(cut[-500:]).max() < 0.03 < 0.4 < np.abs(cut[: SECOND // 20]).max()


def test_pitch_and_speed_stay(tmp_path: Path, tone: str) -> None:
    heard = film_with(tmp_path / "film.mkv", Sound(tone, length="loop"))
    spectrum = np.abs(np.fft.rfft(heard[:SECOND]))
    assert int(spectrum.argmax()) == 440


def test_the_clips_sound_begins_where_its_images_do(tmp_path: Path, tone: str) -> None:
    film_with(tmp_path / "clip.mkv", Sound(tone))  # 10 frames a second
    later = soundtrack(Sound(str(tmp_path / "clip.mkv"), offset=0.1), skipped=3)
    assert later.delay() == pytest.approx(-0.2)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("missing.mp3", "missing.mp3: there is no such sound file"),
        ("silent.mkv", "silent.mkv: holds no sound that ffmpeg can read.*exit code"),
        ("words.mp3", "words.mp3: holds no sound that ffmpeg can read.*exit code.*Invalid data"),
        ("https://example.org/a.mp3", "is a URL, and these are not read by default.*allow_url"),
    ],
)
def test_a_sound_that_is_not_available_stops_before_the_first_image(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "words.mp3").write_text("no sound at all")
    with VideoWriter(VideoSpec(tmp_path / "silent.mkv", (64, 64), 10)) as writer:
        writer.write(np.zeros((64, 64, 3), np.uint8))
    with pytest.raises(UserError, match=f"(?s){message}"):
        VideoWriter(VideoSpec(tmp_path / "film.mp4", (64, 64), 10, sound=Sound(source)))
    assert not (tmp_path / "film.part.mp4").exists()


def test_a_playlist_may_not_fetch(tmp_path: Path) -> None:
    (tmp_path / "list.m3u8").write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n")
    with pytest.raises(UserError, match="holds no sound"):
        Sound(str(tmp_path / "list.m3u8")).check()


def test_a_sound_that_vanishes_is_an_error_and_the_part_file_is_kept(tmp_path: Path, tone: str) -> None:
    moved = tmp_path / "tone.wav"
    moved.write_bytes(Path(tone).read_bytes())
    writer = VideoWriter(VideoSpec(tmp_path / "film.mp4", (64, 64), 10, sound=Sound(str(moved))))
    writer.write(np.zeros((64, 64, 3), np.uint8))
    moved.unlink()
    with pytest.raises(UserError, match=r"tone.wav: there is no such sound file"):
        writer.close()
    assert [path.name for path in tmp_path.iterdir()] == ["film.part.mp4"]
