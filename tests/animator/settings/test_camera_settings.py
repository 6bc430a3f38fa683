"""The camera's moves and path as a preset has them."""

import pickle
from typing import Any

import pytest

from animator.camera.moves import MOVES
from animator.errors import PresetError
from animator.settings import Animation
from animator.settings.camera_moves import MOST_MOVES, CameraMoves
from animator.settings.ineffective import ineffective_settings

SPACE = {"mode": "3d", "frames": 60}
KEYS = {0: {"position": [0, 0, 0]}, "1s": {"position": [1, 0, 0]}}


def problems(**settings: Any) -> str:
    with pytest.raises(PresetError) as error:
        Animation().with_(**settings)
    return str(error.value)


def test_every_move_is_taken_by_name_and_with_all_its_settings() -> None:
    moves: list[Any] = []
    for name, move in MOVES.items():
        given = {"speed": "1+t", "intensity": "0:(1), 9:(0)", "from": 0, "to": "2s", "ease": "cubic"}
        own = {move.distance: 3} if move.distance else {}
        moves += [name, {name: {**given, **own, **({"seed": 4} if move.is_noise else {})}}, {name: None}]
    for start in range(0, len(moves), MOST_MOVES):
        film = Animation().with_(**SPACE, camera={"moves": moves[start : start + MOST_MOVES]})
        assert Animation.model_validate(film.model_dump(mode="json")) == film
        assert pickle.loads(pickle.dumps(film)) == film


@pytest.mark.parametrize(
    ("moves", "said"),
    [
        ("orbit", "camera.moves: is 'orbit'"),
        (["orbti"], "0: there is no move 'orbti'\n      did you mean `orbit`?"),
        (["dolly_in", {"orbit": {"radius": 0}}], "1 orbit: radius: is 0"),
        ([{"orbit": {"distance": 2}}], "0 orbit: has no setting 'distance'"),
        ([{"pan_left": {"seed": 2}}], "0 pan_left: has no setting 'seed'"),
        ([{"shake": {"seed": 1.5}}], "0 shake: seed: is 1.5"),
        ([{"shake": {"intensity": "1/0"}}], "0 shake: intensity: "),
        ([{"shake": {"speed": 101}}], "0 shake: speed: "),
        ([{"pan_left": {"from": 30, "to": 30}}], "to: is frame 30; expected one after from"),
        ([{"pan_left": {"to": "8b"}}], "0 pan_left: `8b` is in beats"),
        ([{"pan_left": {"from": [1]}}], "0 pan_left: from: is [1]"),
        ([{"pan_left": {"ease": "cubik"}}], "0 pan_left: ease: unknown easing `cubik`"),
        ([{"pan_left": 3}], "0 pan_left: is 3"),
        ([{"pan_left": {}, "pan_right": {}}], "0: is {'pan_left': {}, 'pan_right': {}}"),
        (["pan_left"] * (MOST_MOVES + 1), f"has {MOST_MOVES + 1} moves; expected at most {MOST_MOVES}"),
        ([["pan_left"]], "0: is ['pan_left']"),
        ([{1: {}}], "0: there is no move 1"),
        ([{"pan_left": {1: 2}}], "0 pan_left: has no setting 1"),
    ],
)
def test_a_wrong_move_is_named_with_what_is_expected(moves: Any, said: str) -> None:
    assert said in problems(**SPACE, camera={"moves": moves})


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("a", "camera.path: is 'a'"),
        ({0: {"position": [0, 0, 0]}}, "has 1 points; expected 2 to 1000"),
        ({0: [0, 0, 0], 9: [1, 0, 0]}, "key `0`: is [0, 0, 0]"),
        ({**KEYS, 40: {"position": [1, 2]}}, "key `40`: position: is [1, 2]"),
        ({**KEYS, 40: {"position": [1, 2, float("nan")]}}, "key `40`: position: is nan"),
        ({**KEYS, 40: {"position": [1, 2, 3], "fov": 0}}, "key `40`: fov: is 0"),
        ({**KEYS, 40: {"position": [1, 2, 3], "fov": 60}}, "only some points have fov"),
        ({**KEYS, 40: {"position": [1, 2, 3], "ease": 7}}, "unknown easing `7`"),
        ({**KEYS, 40: {"position": [1, 2, 3], "lens": 7}}, "key `40`: has no setting 'lens'"),
        ({**KEYS, 15: {"position": [1, 2, 3]}}, "two points are at frame 15"),
        ({**KEYS, "t": {"position": [1, 2, 3]}}, "a key cannot depend on `t`"),
    ],
)
def test_a_wrong_path_is_named_with_what_is_expected(path: Any, said: str) -> None:
    assert said in problems(**SPACE, camera={"path": path})


def test_moves_that_need_depth_are_refused_in_the_plane() -> None:
    said = problems(camera={"moves": ["pan_left", "orbit", "crane_up"]})
    assert "camera.moves: orbit, crane_up turn about something in depth; expected mode: 3d" in said
    planar = [name for name, move in MOVES.items() if not move.distance]
    for name in planar:
        assert Animation().with_(camera={"moves": [name]}).camera.moves.moves[0].name == name


def test_a_path_in_the_plane_and_moves_of_a_clip_are_said_to_have_no_effect() -> None:
    (plane,) = ineffective_settings(Animation().with_(camera={"path": KEYS}))
    assert str(plane) == "camera.path: has no effect; it needs mode: 3d"
    (clip,) = ineffective_settings(Animation().with_(mode="interpolation", camera={"moves": ["shake"]}))
    assert clip.paths == ("camera.moves",) and clip.needs == "mode: 2d or mode: 3d"


def test_no_moves_are_an_empty_list() -> None:
    assert Animation().camera.moves == CameraMoves.parse([]) and not Animation().camera.acts("space")
