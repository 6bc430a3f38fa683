"""Public names of before: they work for one release, and warn."""

from collections.abc import Callable

import pytest
import torch

import animator
from animator.loop.render import Frame
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


def test_new_names_do_not_warn(recwarn: pytest.WarningsRecorder) -> None:
    assert animator.load({"frames": 3}).frames == 3
    assert State(1, IMAGE).image is IMAGE
    assert not [warning for warning in recwarn if issubclass(warning.category, DeprecationWarning)]


def test_picture_is_the_image_of_states_and_frames(make_animation: Make) -> None:
    state = State(1, IMAGE)
    with pytest.warns(DeprecationWarning, match=r"State\.picture is now State\.image"):
        assert state.picture is IMAGE
    frame = Frame(Timeline(make_animation())[0], IMAGE, None, state, IMAGE)
    with pytest.warns(DeprecationWarning, match=r"Frame\.picture is now Frame\.image"):
        assert frame.picture is IMAGE
