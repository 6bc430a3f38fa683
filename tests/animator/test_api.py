"""The library from outside: load, change, render, stop, resume; what goes wrong is an AnimatorError."""

from collections.abc import Callable, Mapping
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
    FakeFlow,
    GenerationRequest,
    PresetError,
    Progress,
    RenderResult,
    Run,
    RunError,
    StopToken,
    Timeline,
    UserError,
    VideoSpec,
    VideoWriter,
    build_pipeline,
    load,
    open_depth,
    open_diffuser,
    render,
    render_run,
)
from animator.images.image import read_image
from tests.animator.film.facts import facts_of

TEXT = """
name: pond
size: [64, 64]
frames: 6
prompts: {0: a pond, 3: a lake}
diffusion: {seed: 7, cadence: 2}
motion: {zoom: 1.02}
"""
VALUES: Mapping[str, Any] = {
    "name": "pond",
    "size": (64, 64),
    "frames": np.int64(6),
    "prompts": {0: "a pond", 3: "a lake"},
    "diffusion": {"seed": 7, "cadence": 2},
    "motion": {"zoom": 1.02},
}


@pytest.fixture
def film() -> Animation:
    return load(TEXT)


@pytest.fixture
def preset(tmp_path: Path) -> Path:
    path = tmp_path / "pond.yaml"
    path.write_text(TEXT)
    return path


def rendered(film: Animation | Run, out: Path | str | None, **more: Any) -> RenderResult:
    return render_run(film, out, diffuser=FakeDiffuser(), device="cpu", **more)


def frames_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "frames").glob("*.png"))}


def problems(call: Callable[[], object]) -> list[str]:
    with pytest.raises(PresetError) as caught:
        call()
    return [str(problem) for problem in caught.value.problems]


# Loading


def test_a_path_a_text_and_a_mapping_give_the_same_film(preset: Path) -> None:
    films = [load(source) for source in (preset, str(preset), TEXT, VALUES)]
    assert all(film.plain() == films[0].plain() for film in films)


def test_a_missing_file_is_an_error() -> None:
    (problem,) = problems(lambda: load("nowhere/a.yaml"))
    assert problem == "nowhere/a.yaml: cannot be read: No such file or directory"


def test_a_text_may_extend_a_preset(preset: Path) -> None:
    film = load(f"extends: {preset}\nframes: 3\n")
    assert (film.frames, film.name) == (3, "pond")
    assert load({"extends": str(preset), "frames": 3}).plain() == film.plain()


@pytest.mark.parametrize(
    "overrides",
    [
        ["frames=3", "diffusion.steps=12"],
        iter(("frames=3", "diffusion.steps=12")),
        {"frames": 3, "diffusion.steps": 12},
        {"frames": 3, "diffusion": {"steps": 12}},
    ],
)
def test_overrides_are_texts_or_a_mapping_and_groups_merge(overrides: Any) -> None:
    film = load(VALUES, overrides)
    assert (film.frames, Timeline(film)[0].diffusion.steps, film.diffusion.seed) == (3, 12, 7)


def test_one_text_alone_is_one_override() -> None:
    assert load(VALUES, "frames=3").frames == 3


@pytest.mark.parametrize(
    ("call", "where"),
    [
        (lambda: load("frames: many\nfps: 3\n"), "<text>:1:1: frames: "),
        (lambda: load("frames: [\n"), "<text>:2:1: is not YAML"),
        (lambda: load({"framez": 3}), "<mapping>: framez: unknown setting; did you mean `frames`?"),
        (lambda: load({3: 4}), "<mapping>: 3: "),  # type: ignore[dict-item]
        (lambda: load({"diffusion": {3: 4}}), "<mapping>: diffusion.3: "),
        (lambda: load(3), "preset: expected a path, a mapping or YAML text; got 3"),  # type: ignore[arg-type]
        (lambda: load("a\0b.yaml"), "cannot be read: embedded null"),
        (lambda: load("/"), "/: is a folder; expected a regular file"),
        (lambda: load({}, ["frames"]), "override frames: expected group.key=value"),
        (lambda: load({}, ["frames=0"]), "override frames=0: frames: "),
        (lambda: load({}, [3]), "override 3: expected group.key=value"),  # type: ignore[list-item]
        (lambda: load({}, 3), "override: expected texts or a mapping; got 3"),  # type: ignore[arg-type]
        (lambda: load({}, {"diffusion..steps": 3}), "override: 'diffusion..steps': expected group.key"),
        (lambda: load({}, {3: 3}), "override: 3: expected group.key"),  # type: ignore[dict-item]
        (lambda: load({}, {"diffusion.steps": "many"}), "override: diffusion.steps: "),
        (lambda: load({}, {"diffusion": {"steps": "many"}}), "override: diffusion.steps: "),
        (lambda: load({}, {"diffusion": 3}), "override: diffusion: "),
        (lambda: load({"extends": 3}), "<mapping>: extends: is 3"),
    ],
)
def test_mistakes_are_preset_errors_with_places(call: Callable[[], object], where: str) -> None:
    assert where in problems(call)[0]


def test_a_mapping_inside_itself_is_refused() -> None:
    endless: dict[str, Any] = {}
    endless["motion"] = endless
    assert problems(lambda: load(endless)) == ["<mapping>: is nested too deeply"]


# Changing


def test_with_merges_groups_and_leaves_the_film_as_it_is(film: Animation) -> None:
    changed = film.with_(frames=3, motion={"angle": 2}, **{"diffusion.steps": 4})
    assert (changed.frames, Timeline(changed)[0].diffusion.steps, changed.diffusion.seed) == (3, 4, 7)
    assert changed.motion.schedule("zoom") == film.motion.schedule("zoom")
    assert changed.motion.schedule("angle") != film.motion.schedule("angle")
    assert film.frames == 6


def test_with_nothing_is_the_same_film(film: Animation) -> None:
    assert film.with_().plain() == film.plain()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"frames": 0}, "with_: frames: "),
        ({"framez": 3}, "with_: framez: unknown setting; did you mean `frames`?"),
        ({"diffusion.step": 3}, "with_: diffusion.step: unknown setting; did you mean `steps`?"),
        ({"diffusion": {"steps": "many"}}, "with_: diffusion.steps: "),
    ],
)
def test_with_checks_as_load_does(film: Animation, changes: dict[str, Any], message: str) -> None:
    assert message in problems(lambda: film.with_(**changes))[0]


# Rendering


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
    film = film.with_(frames=9, **{"diffusion.cadence": cadence})
    rendered(film, tmp_path / "whole")
    token = StopToken()

    def stop(progress: Progress) -> None:
        if progress.done >= stop_at:
            token.stop()

    made = rendered(film, tmp_path / "cut", progress=stop, stop=token)
    assert made.stopped and stop_at <= made.frames < min(9, stop_at + cadence) + 1
    assert len(frames_of(tmp_path / "cut")) == made.frames and not made.film.exists()
    with Run.open(tmp_path / "cut") as run:
        assert run.state().next_frame == made.frames
    again = rendered(film, tmp_path / "cut", resume=True)
    assert not again.stopped and again.frames == 9
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


# Texts as well as paths and devices


@pytest.mark.parametrize("as_given", [str, Path])
def test_paths_may_be_texts(preset: Path, tmp_path: Path, as_given: Callable[[Path], str | Path]) -> None:
    film = load(as_given(preset))
    folder = as_given(tmp_path / "run")
    assert rendered(film, folder).film == tmp_path / "run" / "pond.mp4"
    for run in (Run.reopen, lambda folder, film: Run.open(folder)):
        with run(folder, film) as opened:
            assert opened.folder == tmp_path / "run"
    frame = as_given(tmp_path / "run" / "frames" / "000000000.png")
    assert read_image(frame, None).shape == (3, 64, 64)
    with VideoWriter(VideoSpec(as_given(tmp_path / "clip.webm"), (64, 64), 12)) as writer:
        writer.write(np.zeros((64, 64, 3), np.uint8))
    assert facts_of(tmp_path / "clip.webm").frames == 1
    with VideoWriter(VideoSpec(as_given(tmp_path / "clip"), (64, 64), 12)) as writer:
        writer.write(np.zeros((64, 64, 3), np.uint8))
    assert len(list((tmp_path / "clip").iterdir())) == 1


@pytest.mark.parametrize("device", ["cpu", "auto", torch.device("cpu")])
@pytest.mark.parametrize(
    "opens",
    [
        lambda film, device, out: render_run(film, out, diffuser=FakeDiffuser(device="cpu"), device=device),
        lambda film, device, out: build_pipeline(film, FakeDiffuser(), device),
        lambda film, device, out: open_diffuser("starter", device),
        lambda film, device, out: open_depth("starter", device),
    ],
    ids=["render_run", "build_pipeline", "open_diffuser", "open_depth"],
)
@pytest.mark.skipif(
    torch.cuda.is_available() or torch.backends.mps.is_available(), reason="auto is a GPU here"
)
def test_devices_may_be_texts(film: Animation, tmp_path: Path, device: Any, opens: Any) -> None:
    opens(film, device, tmp_path / "run")


@pytest.mark.parametrize("device", ["abacus", "cpu:x", "cuda:99", ""])
@pytest.mark.parametrize(
    "opens",
    [
        lambda film, device, out: render_run(film, out, device=device),
        lambda film, device, out: build_pipeline(film, FakeDiffuser(), device),
        lambda film, device, out: open_diffuser("starter", device),
        lambda film, device, out: open_depth("starter", device),
    ],
    ids=["render_run", "build_pipeline", "open_diffuser", "open_depth"],
)
def test_unknown_devices_are_errors_of_ours(film: Animation, tmp_path: Path, device: str, opens: Any) -> None:
    with pytest.raises(UserError, match=f"device {device}: not available on this machine; available: .*cpu"):
        opens(film, device, tmp_path / "run")
    assert not (tmp_path / "run").exists()


# Small things


def test_a_frame_shows_itself_in_a_notebook(film: Animation, tmp_path: Path) -> None:
    frame = next(render(Timeline(film), build_pipeline(film, FakeDiffuser())))
    (tmp_path / "frame.png").write_bytes(frame._repr_png_())
    with Image.open(tmp_path / "frame.png") as image:
        assert image.format == "PNG" and np.array_equal(np.asarray(image), frame.pixels)


def test_the_fake_flow_is_the_same_everywhere() -> None:
    image = torch.zeros(3, 4, 5)
    flow = FakeFlow((2.0, -1.0))(image, image)
    assert flow.shape == (2, 4, 5) and (flow[0] == 2).all() and (flow[1] == -1).all()
