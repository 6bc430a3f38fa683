"""Rendering from Python: progress, stopping, resuming, what is refused."""

from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from animator import (
    Animation,
    FakeDiffuser,
    GenerationRequest,
    Progress,
    RenderResult,
    Run,
    RunError,
    StopToken,
    Timeline,
    UserError,
    build_pipeline,
    render,
    render_run,
)
from animator.runs.frame_writer import QUEUED_FRAMES
from tests.animator.api.pond import frames_of, problems, rendered
from tests.animator.film.facts import facts_of


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"init.image": "nowhere.png"}, "init.image: "),
        ({"model": "nowhere/model.safetensors"}, "model: "),
    ],
)
def test_the_files_of_a_film_are_checked_before_anything_is_written(
    film: Animation, tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    named = film.with_(**changes)
    assert message in problems(lambda: rendered(named, tmp_path / "run"))[0]
    assert not (tmp_path / "run").exists()


def test_render_run_gives_film_and_extra_films(film: Animation, tmp_path: Path) -> None:
    made = rendered(film.with_(output={"make_gif": True}), tmp_path / "run")
    assert made == RenderResult(
        tmp_path / "run" / "pond.mp4", (tmp_path / "run" / "pond.gif",), frames=6, stopped=False
    )
    assert facts_of(made.film).frames == 6 and made.extra_films[0].exists()
    with pytest.raises(FrozenInstanceError):
        made.frames = 3  # type: ignore[misc]


def test_without_a_diffuser_the_films_own_model_is_used(film: Animation, tmp_path: Path) -> None:
    made = render_run(film.with_(frames=1, **{"diffusion.steps": 1}), str(tmp_path / "run"), device="cpu")
    assert made.film.exists() and made.frames == 1


def test_an_open_run_is_rendered_and_stays_open(film: Animation, tmp_path: Path) -> None:
    with Run.create(str(tmp_path / "run"), film) as run:
        assert rendered(run, None).film == run.film_path
        with pytest.raises(RunError, match="another process"):
            Run.reopen(str(tmp_path / "run"), film)
        with pytest.raises(UserError, match="leave out one of them"):
            rendered(run, tmp_path / "other")


def test_frames_are_those_of_the_loop(film: Animation, tmp_path: Path) -> None:
    rendered(film, tmp_path / "run")
    for frame in render(Timeline(film), build_pipeline(film, FakeDiffuser())):
        with Image.open(tmp_path / "run" / "frames" / f"{frame.plan.frame:09d}.png") as image:
            assert np.array_equal(np.asarray(image), frame.pixels)


def test_progress_never_goes_back(film: Animation, tmp_path: Path) -> None:
    seen: list[Progress] = []
    rendered(film.with_(output={"make_gif": True}), tmp_path / "run", progress=seen.append)
    of_film = [progress for progress in seen if not progress.extra]
    assert [progress.done for progress in of_film] == [0, 1, 2, 3, 4, 5, 6]
    assert [progress.done for progress in seen if progress.extra == "pond.gif"] == [1, 2, 3, 4, 5, 6]
    assert all(progress.frames == 6 for progress in seen)
    seconds = [progress.seconds for progress in of_film]
    assert seconds == sorted(seconds)


@pytest.mark.parametrize("cadence", [1, 2, 4])
@pytest.mark.parametrize("stop_at", [0, 1, 3, 5])
def test_a_stopped_film_resumes_to_the_same_bits(
    film: Animation, tmp_path: Path, cadence: int, stop_at: int
) -> None:
    drawn_ahead = QUEUED_FRAMES + 2  # and one that is being written, one that was just drawn
    film = film.with_(frames=25, **{"diffusion.cadence": cadence})
    rendered(film, tmp_path / "whole")
    token = StopToken()

    def stop(progress: Progress) -> None:
        if progress.done >= stop_at:
            token.stop()

    made = rendered(film, tmp_path / "cut", progress=stop, stop=token)
    assert made.stopped and stop_at <= made.frames <= stop_at + drawn_ahead + cadence - 1
    assert len(frames_of(tmp_path / "cut")) == made.frames and not made.film.exists()
    with Run.open(tmp_path / "cut") as run:
        assert run.state().next_frame == made.frames
    again = rendered(film, tmp_path / "cut", resume=True)
    assert not again.stopped and again.frames == 25
    assert frames_of(tmp_path / "cut") == frames_of(tmp_path / "whole")
    assert again.film.read_bytes() == (tmp_path / "whole" / "pond.mp4").read_bytes()


def test_a_token_set_in_advance_loads_no_model(film: Animation, tmp_path: Path) -> None:
    token = StopToken()
    token.stop()
    with Run.create(tmp_path / "run", film.model_copy(update={"model": "nowhere"})) as run:
        made = render_run(run, device="cpu", stop=token)
    assert made.stopped and made.frames == 0


def test_a_stop_after_the_last_frame_leaves_out_extra_films_only(film: Animation, tmp_path: Path) -> None:
    film, token = film.with_(output={"make_gif": True}), StopToken()

    def stop(progress: Progress) -> None:
        if progress.extra and progress.done == 2:
            token.stop()

    made = rendered(film, tmp_path / "run", progress=stop, stop=token)
    assert made.stopped and made.film.exists() and made.extra_films == ()
    assert not (tmp_path / "run" / "pond.gif").exists()
    again = rendered(film, tmp_path / "run", resume=True)
    assert not again.stopped and again.extra_films[0].exists()


def test_a_film_ends_before_a_frame(film: Animation, tmp_path: Path) -> None:
    asked: list[int] = []

    class Notes:
        def generate(self, request: GenerationRequest) -> torch.Tensor:
            asked.append(request.frame)
            return FakeDiffuser().generate(request)

    for _ in range(2):  # resuming generates no finished frame again
        made = render_run(film, tmp_path / "run", diffuser=Notes(), device="cpu", resume=True, end=3)
        assert (made.frames, made.stopped) == (4, False)
    assert asked == [0, 2] and facts_of(made.film).frames == 4


def test_a_run_is_not_overwritten(film: Animation, tmp_path: Path) -> None:
    rendered(film, tmp_path / "run")
    with pytest.raises(RunError, match="already holds a run"):
        rendered(film, tmp_path / "run")
