"""A camera that keeps looking at a point."""

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from animator.timeline.camera_track import track_of
from animator.timeline.timeline import Timeline
from tests.fakes import Make

SPACE = {"mode": "3d", "frames": 48, "fps": 24, "depth": {"use_depth_warping": False}}


def seen(timeline: Timeline, point: tuple[float, float, float]) -> Any:
    """Where the camera sees a point (frames, 3), which is at the given place when the film begins."""
    track = track_of(timeline)
    return np.einsum("nji,nj->ni", track.rotations, np.array(point) - track.positions)


@pytest.mark.parametrize(
    ("moves", "motion"),
    [
        (["truck_right", {"pedestal_up": {"speed": 3}}], {}),
        (["pan_left", {"tilt_up": {"speed": 2}}, "dolly_in"], {}),
        ([{"orbit": {"speed": -2}}, "spiral", "crane_up"], {}),
        ([], {"translation_x": "0:(0), 1:(3)", "rotation_3d_y": "0:(0), 1:(4)"}),
    ],
)
def test_the_point_stays_in_the_middle_wherever_the_camera_goes(
    moves: list[Any], motion: dict[str, Any], make_animation: Make
) -> None:
    film = make_animation(**SPACE, motion=motion, camera={"moves": moves, "look_at": [0, 0, 3]})
    x, y, z = seen(Timeline(film), (0, 0, 3)).T
    assert abs(x).max() < 1e-9 and abs(y).max() < 1e-9 and z.min() > 0.5
    assert np.ptp(z) > 0.01


def test_the_camera_goes_where_it_goes_without_a_point_to_look_at(make_animation: Make) -> None:
    moves = ["truck_right", {"pedestal_up": {"speed": 3}}, "pan_left"]
    free, aimed = (
        track_of(Timeline(make_animation(**SPACE, camera={"moves": moves, "look_at": point})))
        for point in (None, [0, 0, 3])
    )
    assert aimed.positions == pytest.approx(free.positions, abs=1e-9)


def test_a_point_above_is_looked_up_to(make_animation: Make) -> None:
    track = track_of(Timeline(make_animation(**SPACE, camera={"moves": ["dolly_in"], "look_at": [0, 1, 3]})))
    assert track.rotations[-1][1, 2] < -0.01  # y is down


def test_rolls_and_noise_stay_while_the_camera_looks_at_a_point(make_animation: Make) -> None:
    moves = ["dutch", {"handheld": {"seed": 5}}]
    turned = [
        np.asarray(Timeline(make_animation(**SPACE, camera={"moves": moves, "look_at": at})).column(path))
        for at in (None, [0, 0, 1e5])
        for path in ("motion.rotation_3d_x", "motion.rotation_3d_y", "motion.rotation_3d_z")
    ]
    assert np.ptp(turned[3]) > 0.05
    for free, aimed in zip(turned[:3], turned[3:], strict=True):
        assert aimed == pytest.approx(free, abs=0.15)


def test_a_film_without_moves_that_looks_at_a_point_stands_still(make_animation: Make) -> None:
    track = track_of(Timeline(make_animation(**SPACE, camera={"look_at": [0, 0, 3]})))
    assert not track.positions.any() and track.rotations == pytest.approx(np.tile(np.eye(3), (48, 1, 1)))


@pytest.mark.parametrize("point", [[0, 0], [0, 0, "x"], "3", [0, 0, float("nan")], [0, 0, 1e9], 4])
def test_what_is_no_point_is_refused(point: Any, make_animation: Make) -> None:
    with pytest.raises(ValidationError, match="look_at"):
        make_animation(**SPACE, camera={"look_at": point})


def test_a_path_s_points_have_what_they_look_at(make_animation: Make) -> None:
    path = {0: {"position": [0, 0, 0]}, 9: {"position": [1, 0, 0]}}
    with pytest.raises(ValidationError, match="look_at does not go with path"):
        make_animation(**SPACE, camera={"look_at": [0, 0, 3], "path": path})
