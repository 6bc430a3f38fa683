"""The videos of a run's frames: which, in what order, and encoded again in other formats."""

import logging
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from animator.core.permissions import allow
from animator.errors import PresetError, RunError, UserError
from animator.film.stream import Stream
from animator.film.upscaling.upscaler import Lanczos
from animator.models.diffusion.fake import FakeDiffuser
from animator.presets.load import dump, load
from animator.runs.outputs import interpolator_of, upscaler_of
from animator.runs.preflight.check_film import check_animation
from animator.runs.reencode import EncodeJob, reencode, stream_frames
from animator.runs.render_run import open_run, render_run
from animator.runs.run import Run
from animator.runs.video_specs import film_problems, sound_of
from animator.settings import Animation
from tests.animator.film.facts import decoded, facts_of, samples
from tests.animator.film.interpolation.test_networks import Later, compact
from tests.fakes import Make

CPU = torch.device("cpu")
LARGER = {"enabled": True, "factor": 3}
SMOOTHER = {"engine": "flow", "amount": 2}


def rendered(animation: Animation, folder: Path) -> list[Path]:
    """Renders a film and returns the paths of its videos."""
    with open_run(animation, folder, resume=False) as run:
        made = render_run(run, diffuser=FakeDiffuser(), device=CPU)
        return [made.film, *made.extra_films]


def nothing(name: str, done: int, count: int) -> None:
    """Ignores progress."""


def test_extra_videos_are_made_beside_the_plain_one(make_animation: Make, tmp_path: Path) -> None:
    animation = make_animation(
        name="a lake v1.2", fps=12, output={"make_gif": True}, upscaling=LARGER, frame_interpolation=SMOOTHER
    )
    made = rendered(animation, tmp_path / "run")
    endings = [".mp4", ".gif", "_upscaled_x3.mp4", "_interpolated_x2.mp4"]
    assert [path.name for path in made] == [f"a lake v1.2{ending}" for ending in endings]
    plain, _, larger, smoother = (facts_of(path) for path in made)
    assert (plain.size, plain.frames, plain.fps) == ((64, 64), 6, 12)
    assert (larger.size, larger.frames, larger.fps) == ((192, 192), 6, 12)
    assert (smoother.size, smoother.frames, smoother.fps) == ((64, 64), 12, 24)
    assert plain.seconds == larger.seconds == smoother.seconds


def test_frames_interpolated_between_upscaled_ones_are_as_large(make_animation: Make, tmp_path: Path) -> None:
    between = {
        **SMOOTHER,
        "use_upscaled": True,
        "slow_motion": True,
        "slow_motion_amount": 4,
        "keep_images": True,
    }
    upscaling = {**LARGER, "keep_images": True}
    animation = make_animation(fps=12, upscaling=upscaling, frame_interpolation=between)
    made = rendered(animation, tmp_path / "run")
    facts = facts_of(made[-1])
    assert made[-1].name == "untitled_interpolated_x2_slow_x4.mp4"
    assert (facts.size, facts.frames, facts.fps, facts.seconds) == ((192, 192), 12, 6, 2.0)
    for folder, count in (("untitled_upscaled_x3", 6), ("untitled_interpolated_x2_slow_x4", 12)):
        images = sorted((tmp_path / "run" / folder).glob("*.png"))
        assert len(images) == count
        with Image.open(images[-1]) as image:
            assert image.size == (192, 192)


def test_extra_outputs_of_a_png_sequence_are_png_sequences(make_animation: Make, tmp_path: Path) -> None:
    animation = make_animation(name="v1.2", output={"format": "png"}, frame_interpolation=SMOOTHER)
    made = rendered(animation, tmp_path / "run")
    assert made == [tmp_path / "run" / "frames", tmp_path / "run" / "v1_2_interpolated_x2"]
    assert len(list(made[1].glob("*.png"))) == 12
    assert not list((tmp_path / "run").glob("*.mp4"))


def test_videos_have_their_sound_and_the_slow_motion_one_has_none(
    make_animation: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tone(tmp_path / "tone.mkv")
    sound = {"soundtrack_path": str(tmp_path / "tone.mkv"), "length": "loop"}
    slow = {**SMOOTHER, "slow_motion": True}
    animation = make_animation(fps=6, sound=sound, upscaling=LARGER, frame_interpolation=slow)
    assert any("the slow-motion video will be silent" in found.message for found in film_problems(animation))
    plain, larger, slowed = (facts_of(path) for path in rendered(animation, tmp_path / "run"))
    assert plain.sound == larger.sound == "aac" and slowed.sound == ""
    assert plain.sound_seconds == pytest.approx(plain.seconds, abs=0.05)


def tone(path: Path, seconds: float = 0.5) -> None:
    """Writes a clip with a tone."""
    import subprocess

    from imageio_ffmpeg import get_ffmpeg_exe

    sources = ["-f", "lavfi", "-i", f"color=red:size=64x64:rate=10:duration={seconds}"]
    sources += ["-f", "lavfi", "-i", f"sine=330:duration={seconds}"]
    command = [get_ffmpeg_exe(), "-loglevel", "error", *sources, "-c:v", "ffv1", "-c:a", "flac", str(path)]
    subprocess.run(command, check=True)


def test_the_clips_own_sound(make_animation: Make, tmp_path: Path) -> None:
    tone(tmp_path / "clip.mkv")
    video = {"path": str(tmp_path / "clip.mkv"), "extract_from_frame": 3}
    animation = make_animation(fps=10, frames=4, sound={"add_soundtrack": "Init Video"}, video=video)
    path = rendered(animation, tmp_path / "run")[0]
    loud = np.flatnonzero(np.abs(samples(path)) > 0.05)
    assert loud[0] < 2000 and loud[-1] / 48_000 == pytest.approx(0.2, abs=0.03)  # 0.5 - 0.3 s
    with pytest.raises(UserError, match=r"add_soundtrack: is Init Video, and video.path is empty"):
        check_animation(make_animation(sound={"add_soundtrack": "Init Video"}))


@pytest.mark.parametrize("name", ["webm", "mov", "gif", "webp", "mkv", "pictures"])
def test_encode_makes_another_video_of_the_frames(make_animation: Make, tmp_path: Path, name: str) -> None:
    rendered(make_animation(output={"codec": "h265", "crf": 30}), tmp_path / "run")
    out = tmp_path / (name if name == "pictures" else f"film.{name}")
    assert reencode(EncodeJob(tmp_path / "run", out=out), nothing) == [out]
    assert len(list(out.iterdir())) == 6 if out.is_dir() else name == "webp" or facts_of(out).frames == 6


def test_encode_fills_a_folder_whatever_its_name(make_animation: Make, tmp_path: Path) -> None:
    rendered(make_animation(), tmp_path / "run")
    out = tmp_path / "elsewhere" / "frames"
    assert reencode(EncodeJob(tmp_path / "run", out=out), nothing) == [out]
    assert len(list(out.glob("*.png"))) == 6


def test_encode_leaves_the_runs_own_frames_as_they_are(make_animation: Make, tmp_path: Path) -> None:
    rendered(make_animation(), tmp_path / "run")
    frames = tmp_path / "run" / "frames"
    before = {path.name: path.read_bytes() for path in frames.iterdir()}
    assert reencode(EncodeJob(tmp_path / "run", out=frames), nothing) == [frames]
    with pytest.raises(UserError, match="holds the run's own frames"):
        reencode(EncodeJob(tmp_path / "run", ("upscaling.enabled=true",), frames), nothing)
    assert before == {path.name: path.read_bytes() for path in frames.iterdir()}


def test_encode_with_other_settings_of_the_video(make_animation: Make, tmp_path: Path) -> None:
    rendered(make_animation(), tmp_path / "run")
    overrides = (
        "fps=30",
        "frame_interpolation.engine=flow",
        "frame_interpolation.amount=4",
        "output.crf=30",
    )
    made = reencode(EncodeJob(tmp_path / "run", overrides), nothing)
    assert [path.name for path in made] == ["untitled.mp4", "untitled_interpolated_x4.mp4"]
    assert (facts_of(made[0]).fps, facts_of(made[1]).fps, facts_of(made[1]).frames) == (30, 120, 24)
    finest = reencode(EncodeJob(tmp_path / "run", overrides, tmp_path / "finest.webm"), nothing)
    assert facts_of(finest[0]).frames == 24
    assert load(tmp_path / "run" / "preset.yaml").fps == 15


def test_encode_changes_no_frame(make_animation: Make, tmp_path: Path) -> None:
    rendered(make_animation(), tmp_path / "run")
    with pytest.raises(UserError, match=r"(?s)change the frames themselves.*motion.angle: was 0, now 3"):
        reencode(EncodeJob(tmp_path / "run", ("motion.angle=3",)), nothing)
    with pytest.raises(PresetError, match="codec: vp9 does not go into mp4"):
        reencode(EncodeJob(tmp_path / "run", ("output.codec=vp9",)), nothing)
    with pytest.raises(UserError, match=r"film.avi: ends in .avi"):
        reencode(EncodeJob(tmp_path / "run", out=tmp_path / "film.avi"), nothing)
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "preset.yaml").write_text(dump(make_animation()))
    with pytest.raises(RunError, match="has no finished frame"):
        reencode(EncodeJob(tmp_path / "empty"), nothing)


def test_streams_are_the_best_video(make_animation: Make, tmp_path: Path) -> None:
    rendered(make_animation(frame_interpolation=SMOOTHER), tmp_path / "run")
    with (tmp_path / "film.y4m").open("wb") as pipe:
        stream_frames(EncodeJob(tmp_path / "run"), lambda size, fps: Stream(pipe, size, fps))
    assert (facts_of(tmp_path / "film.y4m").frames, facts_of(tmp_path / "film.y4m").fps) == (12, 30)
    with Run.open(tmp_path / "run") as run:
        first = next(run.pixels(range(1)))
    assert np.abs(decoded(tmp_path / "film.y4m", "bt709")[0].astype(int) - first).max() <= 3


def test_the_video_may_differ_when_a_run_is_resumed(make_animation: Make, tmp_path: Path) -> None:
    rendered(make_animation(), tmp_path / "run")
    later = make_animation(upscaling=LARGER, output={"format": "webm"})
    with open_run(later, tmp_path / "run", resume=True) as run:
        made = render_run(run, diffuser=FakeDiffuser(), device=CPU)
        assert [path.name for path in made.extra_films] == ["untitled_upscaled_x3.webm"]


def test_networks_without_their_files_are_replaced_with_a_warning(
    make_animation: Make, caplog: pytest.LogCaptureFixture
) -> None:
    for engine in ("RIFE v4.6", "FILM"):
        interpolator_of(make_animation(frame_interpolation={"engine": engine}), CPU)
        assert f"{engine} needs its weights in frame_interpolation.model" in caplog.text
    chosen = {**LARGER, "model": "realesrgan-x4plus"}
    assert upscaler_of(make_animation(upscaling=chosen), CPU) == Lanczos(3)
    assert "realesrgan-x4plus is not there (looked in models)" in caplog.text
    assert "images are enlarged by Lanczos with sharpening instead" in caplog.text


def test_networks_with_their_files_are_used(
    make_animation: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("einops", reason="the extra `upscale` is not installed")
    (tmp_path / "models").mkdir()
    torch.save({"params": compact(4)}, tmp_path / "models" / "realesr-animevideov3.pth")
    torch.jit.script(Later()).save(str(tmp_path / "film.pt"))
    animation = make_animation(
        upscaling={**LARGER, "factor": 2, "model": "realesr-animevideov3"},
        frame_interpolation={"engine": "FILM", "model": str(tmp_path / "film.pt")},
        diffusion={"seed": 1, "model_folders": (str(tmp_path / "models"),)},
    )
    with allow(code=True, pickle=True):
        check_animation(animation)
        made = rendered(animation, tmp_path / "run")
    assert facts_of(made[1]).size == (128, 128) and facts_of(made[2]).frames == 12
    assert not caplog.text


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"upscaling": {**LARGER, "model": "nix"}}, "upscaling.model: nix is neither a file nor the name"),
        ({"frame_interpolation": {"engine": "FILM", "model": "nix.pt"}}, "nix.pt: there is no such file"),
        ({"frame_interpolation": {"engine": "RIFE v4.6", "model": "a.pkl"}}, "a.pkl: there is no such file"),
        ({"sound": {"soundtrack_path": "nix.mp3"}}, "nix.mp3: there is no such sound file"),
    ],
)
def test_missing_files_are_found_before_rendering(
    make_animation: Make, settings: dict[str, object], message: str
) -> None:
    with pytest.raises(PresetError, match=message):
        check_animation(make_animation(**settings))


def test_a_format_without_sound_gives_a_warning(
    make_animation: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tone(tmp_path / "tone.mkv")
    sound = {"soundtrack_path": str(tmp_path / "tone.mkv")}
    with caplog.at_level(logging.WARNING):
        check_animation(make_animation(output={"format": "gif"}, sound=sound))
    assert "gif files hold no sound" in caplog.text


def test_a_film_has_sound_when_its_file_is_given(make_animation: Make) -> None:
    assert sound_of(make_animation()) is None
    heard = sound_of(make_animation(sound={"soundtrack_path": "a.mp3"}))
    assert heard is not None and heard.source == "a.mp3"
    assert sound_of(make_animation(sound={"soundtrack_path": "a.mp3", "add_soundtrack": "none"})) is None


def test_encode_adds_a_sound(make_animation: Make, tmp_path: Path) -> None:
    tone(tmp_path / "tone.mkv")
    rendered(make_animation(), tmp_path / "run")
    again = EncodeJob(tmp_path / "run", (f"sound.soundtrack_path={tmp_path / 'tone.mkv'}",))
    assert facts_of(reencode(again, nothing)[0]).sound == "aac"
    with pytest.raises(UserError, match=r"nix.mp3: there is no such sound file"):
        reencode(EncodeJob(tmp_path / "run", ("sound.soundtrack_path=nix.mp3",)), nothing)
