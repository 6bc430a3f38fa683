"""Public names of before: they work for one release, and warn."""

import subprocess
import sys
from collections.abc import Callable

import pytest
import torch

import animator
from animator.loop.render import Frame, render
from animator.loop.state import State
from animator.timeline.timeline import Timeline

IMAGE = torch.zeros(3, 2, 2)
Make = Callable[..., animator.Animation]


@pytest.mark.parametrize(("old", "new"), [("Film", animator.VideoSpec), ("FilmWriter", animator.VideoWriter)])
def test_old_names_of_the_package_are_the_new_ones(old: str, new: type) -> None:
    with pytest.warns(DeprecationWarning, match=rf"animator\.{old} is now animator\.{new.__name__}"):
        assert getattr(animator, old) is new


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("from animator.timeline import Timeline as old", Timeline),
        ("from animator.loop import Frame as old", Frame),
    ],
)
def test_old_modules_of_public_names_are_packages_that_still_have_them(line: str, value: type) -> None:
    names: dict[str, object] = {}
    with pytest.warns(DeprecationWarning, match=rf"{value.__name__} is now animator\.{value.__name__}"):
        exec(line, names)
    assert names["old"] is value


@pytest.mark.parametrize("package", ["animator.timeline", "animator.loop"])
def test_packages_have_no_other_names(package: str) -> None:
    with pytest.raises(ImportError, match=f"cannot import name 'nothing' from '{package}'"):
        exec(f"from {package} import nothing")


@pytest.mark.parametrize("before", ["", "import animator; animator.load({}); "])
def test_load_of_presets_is_called_as_before(before: str) -> None:
    code = f"{before}from animator.presets import load; print(load({{'frames': 7}}).frames)"
    command = [sys.executable, "-W", "always::DeprecationWarning:__main__", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "7\n"
    assert "DeprecationWarning: calling animator.presets.load is now animator.load" in done.stderr


def test_render_of_loop_is_called_as_before(make_animation: Make) -> None:
    from animator.loop import render as old

    film = make_animation(frames=2)
    pipeline = animator.build_pipeline(film, animator.FakeDiffuser())
    with pytest.warns(DeprecationWarning, match=r"animator\.loop\.render is now animator\.render"):
        frames = list(old(Timeline(film), pipeline))  # type: ignore[operator]  # a module for type checkers
    for frame, expected in zip(frames, render(Timeline(film), pipeline), strict=True):
        assert torch.equal(frame.image, expected.image)


def test_new_names_do_not_warn(recwarn: pytest.WarningsRecorder) -> None:
    assert animator.load({"frames": 3}).frames == 3
    assert State(1, IMAGE).image is IMAGE
    assert not [warning for warning in recwarn if issubclass(warning.category, DeprecationWarning)]


def test_picture_is_the_image_of_states_and_frames(make_animation: Make) -> None:
    state = State(1, IMAGE)
    with pytest.warns(DeprecationWarning, match=r"State\.picture is now State\.image"):
        assert state.picture is IMAGE
    frame = Frame(Timeline(make_animation())[0], IMAGE, None, state)
    with pytest.warns(DeprecationWarning, match=r"Frame\.picture is now Frame\.image"):
        assert frame.picture is IMAGE
