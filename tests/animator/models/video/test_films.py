"""Films with each kind of video model, begun, stopped and resumed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from animator.core.log_collector import collecting
from animator.models.diffusion.fake import FakeDiffuser
from animator.runs.inputs import inputs_of
from animator.runs.preflight.check_film import check_animation
from animator.runs.progress import Progress
from animator.runs.render_run import open_run, render_run
from animator.runs.run import Run
from animator.settings import Animation
from tests.animator.models.video.conftest import MAKERS
from tests.fakes import Make

FRAMES = 8


@pytest.fixture
def film(make_animation: Make, video_folder: Callable[[str], Path]) -> Callable[..., Animation]:
    def make(kind: str, **diffusion: object) -> Animation:
        own = {"seed": 7, "cadence": 3, "cadence_blend": "video", "tween_model": kind, "tween_steps": 2}
        folders = {"model_folders": [str(video_folder(kind).parent)]}
        made: Animation = make_animation(
            frames=FRAMES,
            prompts={0: "a lake", 6: "a forest"},
            motion={"zoom": 1.05},
            diffusion={**own, **folders, **diffusion},
        )
        return made

    return make


@pytest.mark.parametrize("kind", MAKERS)
def test_a_film_that_was_stopped_has_the_frames_of_one_that_never_was(
    film: Callable[..., Animation], tmp_path: Path, kind: str
) -> None:
    def stop(progress: Progress) -> None:
        if progress.done == 5:
            raise KeyboardInterrupt

    with Run.create(tmp_path / "whole", film(kind)) as run:
        render_run(run, diffuser=FakeDiffuser(), device="cpu")
    with Run.create(tmp_path / "stopped", film(kind)) as run, pytest.raises(KeyboardInterrupt):
        render_run(run, diffuser=FakeDiffuser(), device="cpu", progress=stop)
    with open_run(film(kind), tmp_path / "stopped", resume=True) as run:
        render_run(run, diffuser=FakeDiffuser(), device="cpu")
    frames = [
        [path.read_bytes() for path in sorted((tmp_path / folder / "frames").glob("*.png"))]
        for folder in ("whole", "stopped")
    ]
    assert frames[0] == frames[1] and len(set(frames[0])) == FRAMES


def test_more_images_than_a_model_is_made_for_are_told(film: Callable[..., Animation]) -> None:
    long = film("ltx").with_(frames=700)
    for cadence, words in ((256, []), (264, ["generate 265 images at a time, and is made for up to 257"])):
        with collecting(joins=False) as collector:
            check_animation(long.with_(**{"diffusion.cadence": f"0: (1), 1: ({cadence})"}))
        told = [line for line in collector.warnings if "made for" in line]
        assert len(told) == len(words) and all(word in line for word, line in zip(words, told, strict=True))


def test_the_model_is_an_input_where_it_is_used(film: Callable[..., Animation]) -> None:
    def recorded(**diffusion: object) -> list[str]:
        inputs = inputs_of(film("ltx", **diffusion))
        return [one.name for one in inputs if one.setting == "diffusion.tween_model" and one.fingerprint()]

    assert recorded() == ["ltx"]
    path = str(inputs_of(film("ltx"))[-1].path)
    assert recorded(tween_model=path) == [path]
    assert (
        recorded(cadence=1) == recorded(cadence=1, tween_model=path) == recorded(cadence_blend="fade") == []
    )
