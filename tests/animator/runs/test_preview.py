"""Previews: the motion alone, whatever steps a film has."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from imageio_ffmpeg import count_frames_and_secs
from PIL import Image
from typer.testing import CliRunner

from animator.cli.app import app
from animator.loop.pipeline import Pipeline
from animator.loop.render import render
from animator.models.diffusion.passthrough import PassthroughDiffuser
from animator.runs.preview import motion_only, preview, preview_pipeline, preview_video
from animator.runs.progress import Progress
from animator.runs.render_frames import Rendering, no_report
from animator.runs.render_run import open_run, render_with
from animator.runs.stop_token import StopToken
from animator.settings import Animation
from animator.timeline.timeline import Timeline

Make = Callable[..., Animation]
MOVING = {"motion": {"translation_x": 3}, "diffusion": {"seed": 7, "strength": 1}}
STEPS: dict[str, dict[str, Any]] = {
    "contrast": {"color": {"contrast": 0.8}},
    "gray": {"color": {"force_grayscale": True}},
    "colors": {"color": {"coherence": "LAB"}},
    "noise": {"noise": {"amount": 0.2}},
    "Perlin noise": {"noise": {"amount": 0.2, "type": "perlin"}},
    "sharpening": {"sharpen": {"amount": 2}},
}


def images(animation: Animation, pipeline: Pipeline) -> list[torch.Tensor]:
    return [frame.image for frame in render(Timeline(animation), pipeline)]


@pytest.mark.parametrize("settings", STEPS.values(), ids=STEPS)
@pytest.mark.parametrize("compat", [False, True])
def test_no_step_around_the_diffusion_shows(
    make_animation: Make, settings: dict[str, Any], compat: bool
) -> None:
    plain = make_animation(**MOVING, noise={"amount": 0}, sharpen={"amount": 0}, color={"coherence": "none"})
    stepped = make_animation(**MOVING, compat=compat, **settings)
    expected = images(plain, preview_pipeline(plain))
    assert not torch.equal(expected[0], expected[-1])
    for seen, bare in zip(images(stepped, preview_pipeline(stepped)), expected, strict=True):
        assert torch.equal(seen, bare)


def test_a_new_kind_of_step_does_not_show(make_animation: Make) -> None:
    class Vignette:
        def apply(self, image: torch.Tensor, plan: object, state: object) -> torch.Tensor:
            raise AssertionError("the preview ran it")

    animation = make_animation(**MOVING)
    filled = preview_pipeline(animation)
    darker = Pipeline(**{**vars(filled), "before": (Vignette(),), "after": (Vignette(),)})
    assert len(images(animation, motion_only(darker))) == 6


def test_a_mask_applies_to_keys_and_in_betweens_alike(make_animation: Make, tmp_path: Path) -> None:
    Image.new("L", (64, 64), 0).save(tmp_path / "nothing.png")
    Image.new("RGB", (64, 64), (10, 200, 30)).save(tmp_path / "green.png")
    animation = make_animation(
        motion={"translation_x": 3},
        init={"image": str(tmp_path / "green.png")},
        mask={"use_mask": True, "mask_file": str(tmp_path / "nothing.png"), "overlay_blur": 0},
        diffusion={"seed": 7, "strength": 1, "cadence": 2},
    )
    green = torch.tensor([10.0, 200.0, 30.0]).div(255).view(3, 1, 1).expand(3, 64, 64)
    for image in images(animation, preview_pipeline(animation)):
        assert torch.allclose(image, green, atol=1e-6)


def test_a_preview_makes_no_extra_videos(make_animation: Make, tmp_path: Path) -> None:
    smooth = {"engine": "flow"}
    animation = make_animation(frame_interpolation=smooth, output={"subtitles": ["Zoom"]})
    with open_run(animation, tmp_path / "run", resume=False) as run:
        film = preview(run, lambda advance: None)
    assert film.suffix == ".mp4" and film.exists() and film.with_suffix(".srt").exists()
    assert [path.name for path in (tmp_path / "run").glob("*.mp4")] == [film.name]


def test_the_command_previews_a_film_with_every_step(tmp_path: Path) -> None:
    (tmp_path / "film.yaml").write_text(
        "size: [64, 64]\nframes: 3\nname: lake\nmodel: no such model\n"
        "color: {contrast: 0.5}\nupscaling: {enabled: true}\n"
    )
    shown = CliRunner().invoke(app, ["preview", str(tmp_path / "film.yaml"), "--out", str(tmp_path / "run")])
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.strip() == str(tmp_path / "run" / "lake preview.mp4")
    frames = [(tmp_path / "run" / "frames" / f"{i:09d}.png") for i in (0, 2)]
    with Image.open(frames[0]) as first, Image.open(frames[1]) as last:
        assert first.tobytes() == last.tobytes()


def test_a_run_renders_with_a_given_pipeline(make_animation: Make, tmp_path: Path) -> None:
    animation = make_animation(frames=2)
    with open_run(animation, tmp_path / "run", resume=False) as run:
        pipeline = preview_pipeline(animation)
        assert isinstance(pipeline.diffuser, PassthroughDiffuser)
        assert render_with(run, pipeline, Rendering(torch.device("cpu"))).frames == 2
        assert run.film_path.exists()


def test_the_video_of_a_preview_needs_no_run_folder(make_animation: Make, tmp_path: Path) -> None:
    seen: list[Progress] = []
    path = tmp_path / "motion.mp4"
    assert preview_video(make_animation(**MOVING), path, seen.append, StopToken(), 60.0) == 6
    assert count_frames_and_secs(path)[0] == 6
    assert [(one.done, one.frames) for one in seen] == [(done, 6) for done in range(1, 7)]
    assert list(tmp_path.iterdir()) == [path]


def test_a_preview_that_is_stopped_has_the_frames_so_far(make_animation: Make, tmp_path: Path) -> None:
    stop, path = StopToken(), tmp_path / "motion.mp4"

    def stop_at_two(progress: Progress) -> None:
        if progress.done == 2:
            stop.stop()

    assert preview_video(make_animation(**MOVING), path, stop_at_two, stop, 60.0) == 2
    assert count_frames_and_secs(path)[0] == 2
    path.unlink()
    assert preview_video(make_animation(**MOVING), path, no_report, stop, 60.0) == 0
    assert not path.exists()
    assert preview_video(make_animation(**MOVING), path, no_report, StopToken(), limit_s=0.0) == 1
