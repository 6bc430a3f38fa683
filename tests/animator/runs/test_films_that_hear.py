"""Films that hear: the variables of a frame say what the video plays while it is shown, also resumed."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import animator
from animator.errors import RunError
from animator.film.frame_rate import frame_rate
from animator.film.writer import VideoWriter
from animator.models.diffusion.fake import FakeDiffuser
from animator.runs.render_run import RenderResult, render_run
from animator.runs.run_reader import RunReader
from animator.runs.video_specs import video_spec
from animator.settings import Animation
from tests.animator.film.facts import decoded, samples
from tests.animator.sound.tracks import clicks, save

SMALL: dict[str, Any] = {
    "size": [64, 64],
    "prompts": "a lake",
    "frames": 18,
    "fps": 12,
    "motion": {"zoom": "1+0.2*onset", "angle": "20*song_amp"},
    "diffusion": {"seed": 7, "strength": 0.8, "cadence": 1, "steps": 2},
}


def film(**settings: Any) -> Animation:
    return animator.load({**SMALL, "signals": {"song": "song.wav"}, **settings})


def render(film: Animation, out: Path, **options: Any) -> RenderResult:
    return render_run(film, out, diffuser=FakeDiffuser(), device="cpu", **options)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a sound of three clicks."""
    save(tmp_path / "song.wav", clicks([0.53, 0.95, 1.21], 1.5))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def clicks_in(video: Path) -> list[float]:
    """Returns when the clicks of a video file begin, in seconds."""
    loud = np.flatnonzero(np.abs(samples(video)) > 0.2)
    starts = loud[np.diff(loud, prepend=-48_000) > 4_800]
    return [float(start) / 48_000 for start in starts]


@pytest.mark.parametrize(
    ("fps", "sound"),
    [
        (12, {}),
        (24, {"offset": 0.37}),
        (29.97, {"offset": -0.2}),
        (29.97, {"length": "loop", "offset": -0.61}),
        (60, {"offset": -0.41, "length": "cut"}),
        (60, {"length": "loop", "offset": 0.1}),
    ],
)
@pytest.mark.parametrize("container", ["mp4", "webm"])
def test_the_frame_with_a_click_in_the_video_file_is_the_one_whose_onset_peaks(
    folder: Path, fps: float, sound: dict[str, Any], container: str
) -> None:
    heard = film(fps=fps, frames=round(2.3 * fps), sound=sound, output={"format": container})
    video = folder / f"film.{container}"
    with VideoWriter(video_spec(heard, video)) as writer:
        for _ in range(heard.frames):
            writer.write(np.zeros((64, 64, 3), np.uint8))
    assert len(decoded(video)) == heard.frames
    begin = [int(time * frame_rate(fps)) for time in clicks_in(video)]
    assert np.flatnonzero(heard.heard.used["onset"] > 0.5).tolist() == begin
    assert len(begin) >= 2


def test_a_film_moves_with_its_sound_and_resumes_to_the_same_bits(folder: Path) -> None:
    whole = render(film(), folder / "whole")
    render(film(), folder / "stopped", end=7)
    (folder / "song.wav").rename(folder / "moved.wav")
    assert RunReader.open(folder / "stopped").animation.heard.used["onset"].max() > 0
    (folder / "moved.wav").rename(folder / "song.wav")
    resumed = render(film(), folder / "stopped", resume=True)
    assert resumed.frames == whole.frames == 18
    assert np.array_equal(decoded(whole.film), decoded(resumed.film))
    for frame in range(18):
        name = f"frames/{frame:09d}.png"
        assert (folder / "whole" / name).read_bytes() == (folder / "stopped" / name).read_bytes()


def test_a_film_does_not_resume_with_another_sound(folder: Path) -> None:
    render(film(), folder / "run", end=5)
    save(folder / "song.wav", clicks([0.3], 1.5))
    with pytest.raises(RunError, match="onset: is not what was heard"):
        render(film(), folder / "run", resume=True)


def test_a_film_does_not_resume_where_its_sound_lies_elsewhere(folder: Path) -> None:
    render(film(), folder / "run", end=5)
    with pytest.raises(RunError, match="song_amp: is not what was heard"):
        render(film(sound={"offset": 0.25}), folder / "run", resume=True)


def test_variables_from_python_are_kept_in_the_run(folder: Path) -> None:
    ramp = np.linspace(0, 5, 18)
    own = animator.load({**SMALL, "motion": {"angle": "ramp"}}, signals={"ramp": ramp})
    render(own, folder / "run", end=5)
    kept = RunReader.open(folder / "run").animation
    assert kept.heard.own["ramp"].tolist() == ramp.tolist()
    other = animator.load({**SMALL, "motion": {"angle": "ramp"}}, signals={"ramp": ramp + 1})
    with pytest.raises(RunError, match="ramp: is not what was heard"):
        render(other, folder / "run", resume=True)
    assert render(kept, folder / "run", resume=True).frames == 18


@pytest.mark.parametrize("record", [b"", b"nonsense", b"\xff" * 64, (9).to_bytes(8, "little") + b"{}"])
def test_a_broken_record_of_what_was_heard_is_an_error_with_its_file(folder: Path, record: bytes) -> None:
    render(film(), folder / "run", end=3)
    (folder / "run" / "signals.safetensors").write_bytes(record)
    with pytest.raises(RunError, match=r"signals\.safetensors: the record of what the film hears is broken"):
        RunReader.open(folder / "run")


def test_a_film_without_variables_records_none(folder: Path) -> None:
    render(film(motion={"zoom": 1.01, "angle": 0}), folder / "run", end=3)
    assert not (folder / "run" / "signals.safetensors").exists()


def test_the_first_sound_is_the_soundtrack_unless_there_is_another(folder: Path) -> None:
    save(folder / "other.wav", clicks([0.2], 1.5))
    quiet = {"motion": {"zoom": 1, "angle": 0}, "frames": 12}
    assert clicks_in(render(film(**quiet), folder / "a").film)[0] == pytest.approx(0.53, abs=0.01)
    other = film(**quiet, sound={"soundtrack_path": "other.wav"})
    assert clicks_in(render(other, folder / "b").film) == pytest.approx([0.2], abs=0.01)
    silent = render(film(**quiet, sound={"add_soundtrack": "none"}), folder / "c").film
    assert video_spec(film(sound={"add_soundtrack": "none"}), silent).sound is None
