"""The value of a frame is what is heard while it is shown, however the sound is placed in the film."""

import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from animator.errors import UserError
from animator.film.sound import Length, Sound
from animator.film.spec import VideoSpec
from animator.film.writer import VideoWriter
from animator.sound.hear import hear
from animator.sound.signals import Placement
from tests.animator.film.facts import samples
from tests.animator.sound.tracks import RATE, clicks, save, tone

TRUTH = np.arange(0.5, 9.6, 0.5)
RATES = [12, 23.976, 24, 29.97, 59.94, 60]


@pytest.fixture(scope="module")
def track(tmp_path_factory: pytest.TempPathFactory) -> str:
    return save(tmp_path_factory.mktemp("sound") / "clicks.wav", clicks(TRUTH, 10))


def frames_of(times: np.ndarray, placement: Placement) -> list[int]:
    """The frames that are shown at some times of the film; a microsecond is rounding."""
    frames = np.floor((times + 1e-6) * float(placement.rate)).astype(int)
    return sorted({int(frame) for frame in frames if 0 <= frame < placement.frames})


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize(
    ("offset", "length"), [(0.0, "pad"), (1.3, "pad"), (-0.7, "cut"), (0.1, "loop"), (-0.3, "loop")]
)
def test_onsets_and_beats_are_in_the_frames_that_show_them(
    track: str, fps: float, offset: float, length: Length
) -> None:
    placement = Placement(fps, int(fps * 14))
    found = hear(Sound(track, offset=offset, length=length), placement)
    heard = (
        TRUTH + offset if length != "loop" else np.concatenate([TRUTH + offset + 10 * n for n in range(3)])
    )
    frames = frames_of(heard, placement)
    assert np.flatnonzero(found.onset).tolist() == frames
    assert np.flatnonzero(found.beat).tolist() == frames
    assert found.onsets.times == pytest.approx(heard[(heard >= 0) & (heard < placement.edges[-1])], abs=0.001)
    for level in (found.amp, found.mid, found.high):
        assert level[[frame - 1 for frame in frames]].max() < 0.001  # before a click nothing is heard


@pytest.mark.parametrize("fps", [12, 24, 29.97, 60])
@pytest.mark.parametrize(
    ("offset", "start"), [(0.0, None), (0.35, None), (-0.2, None), (0.0, Fraction(11, 30))]
)
def test_a_click_in_the_video_file_is_in_the_frame_whose_onset_peaks(
    track: str, tmp_path: Path, fps: float, offset: float, start: Fraction | None
) -> None:
    placement = Placement(fps, int(3 * fps))
    sound = Sound(track, offset=offset, start=start)
    film = tmp_path / "film.mkv"
    with VideoWriter(VideoSpec(film, (16, 16), fps, sound=sound)) as writer:
        for _ in range(placement.frames):
            writer.write(np.zeros((16, 16, 3), np.uint8))
    loud = np.flatnonzero(np.abs(samples(film)) > 0.1) / RATE
    begins = loud[np.flatnonzero(np.diff(loud, prepend=-1.0) > 0.1)]
    assert len(begins) >= 5
    assert np.flatnonzero(hear(sound, placement).onset).tolist() == frames_of(begins, placement)


def test_more_frames_do_not_change_the_first(track: str) -> None:
    short, long = (hear(track, Placement(24, frames)) for frames in (48, 240))
    for name, column in short.columns().items():
        assert np.array_equal(column, long.columns()[name][:48]), name


def test_phases_rise_from_beat_to_beat_and_from_bar_to_bar(track: str) -> None:
    found = hear(track, Placement(10, 100))
    # Beats every 5 frames from frame 5 on, bars every 20.
    assert found.beat_phase[5:95] == pytest.approx(np.arange(90) % 5 / 5, abs=0.001)
    assert found.bar_phase[5:95] == pytest.approx(np.arange(90) % 20 / 20, abs=0.001)
    assert not found.beat_phase[:5].any() and not found.bar_phase[:5].any()
    assert found.beats.bars == pytest.approx([0.5, 2.5, 4.5, 6.5, 8.5], abs=0.001)


def test_a_film_that_begins_within_a_beat_begins_within_its_phase(track: str) -> None:
    found = hear(Sound(track, offset=-0.7), Placement(10, 20))
    assert found.beat_phase[:4] == pytest.approx([0.4, 0.6, 0.8, 0.0], abs=0.001)
    assert found.beats.times == pytest.approx(np.arange(0.3, 2.0, 0.5), abs=0.001)


def test_fades_are_heard(tmp_path: Path) -> None:
    steady = save(tmp_path / "tone.wav", tone(440, 4))
    found = hear(Sound(steady, offset=1.0, fade_in=1.0, fade_out=2.0), Placement(10, 60))
    middles = (np.arange(60) + 0.5) / 10
    gain = np.clip(middles - 1, 0, 1) * np.clip((5 - middles) / 2, 0, 1)
    assert found.amp == pytest.approx(gain, abs=0.03)


def test_without_a_sound_in_it_a_film_is_silent(track: str) -> None:
    for offset in (100.0, -100.0):
        found = hear(Sound(track, offset=offset), Placement(24, 48))
        assert not any(column.any() for column in found.columns().values())


def test_columns_have_a_prefix_and_low_is_bass_too(track: str) -> None:
    columns = hear(track, Placement(24, 24)).columns("drums_")
    assert columns["drums_bass"] is columns["drums_low"]
    assert {"drums_amp", "drums_onset", "drums_bar_phase"} < set(columns)


def test_damage_stops_where_the_film_uses_it_unless_it_is_concealed(tmp_path: Path) -> None:
    source, flac = save(tmp_path / "clicks.wav", clicks(TRUTH, 10)), tmp_path / "clicks.flac"
    subprocess.run([get_ffmpeg_exe(), "-loglevel", "error", "-i", source, str(flac)], check=True)
    data = bytearray(flac.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 3000] = bytes(3000)
    flac.write_bytes(data)
    with pytest.raises(UserError, match=r"damaged near 3\.5 s"):
        hear(Sound(str(flac)), Placement(10, 100))
    assert hear(Sound(str(flac)), Placement(10, 20)).onset[[5, 10, 15]].all()
    concealed = hear(Sound(str(flac), conceal=True), Placement(10, 100))
    assert concealed.onset[[5, 10, 15, 80, 85, 90]].all()


def test_a_sound_that_would_be_repeated_endlessly_is_refused(tmp_path: Path) -> None:
    stroke = save(tmp_path / "stroke.wav", clicks([0.0], 0.02))
    with pytest.raises(UserError, match="expected a longer sound"):
        hear(Sound(stroke, length="loop"), Placement(0.01, 10_000))


def test_what_is_no_sound_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such sound file"):
        hear(tmp_path / "missing.wav", Placement(24, 24))
    (tmp_path / "text.wav").write_text("no sound")
    with pytest.raises(UserError, match="holds no sound"):
        hear(tmp_path / "text.wav", Placement(24, 24))
