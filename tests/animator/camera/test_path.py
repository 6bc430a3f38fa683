"""Paths of a camera through points."""

import numpy as np
import pytest

from animator.camera.path import Curve, PathPoint, Timing, Triple, follow
from schedules import EASINGS

POINTS: list[tuple[int, Triple]] = [(0, (0, 0, 0)), (20, (1, 0, 0)), (30, (1, 1, 2)), (60, (0, 2, 3))]


def points(look_at: Triple | None = None, ease: str = "linear") -> list[PathPoint]:
    return [PathPoint(frame, at, look_at, 0.0, None, EASINGS[ease]) for frame, at in POINTS]


@pytest.mark.parametrize("curve", ["smooth", "centripetal", "linear"])
def test_a_path_is_at_its_points_at_their_frames(curve: Curve) -> None:
    found = follow(points(), 70, curve, "keys").positions
    for frame, (right, up, forward) in POINTS:
        assert found[frame] == pytest.approx([right, -up, forward], abs=1e-12)
    assert (found[61:] == found[60]).all()


@pytest.mark.parametrize("curve", ["smooth", "centripetal", "linear"])
def test_an_even_path_goes_at_one_speed_from_its_first_point_to_its_last(curve: Curve) -> None:
    found = follow(points(), 61, curve, "even").positions
    speeds = np.linalg.norm(np.diff(found, axis=0), axis=1)
    assert speeds[2:-2].std() < 0.05 * speeds.mean()
    assert found[-1] == pytest.approx([0, -2, 3])


def test_a_smooth_path_has_no_jump_in_its_speed() -> None:
    found = follow([*points()], 61, "smooth", "keys").positions
    assert np.abs(np.diff(found, n=2, axis=0)).max() < 0.03


@pytest.mark.parametrize("timing", ["keys", "even"])
def test_a_camera_looks_at_its_target_and_stands_upright(timing: Timing) -> None:
    target = (0.5, 1.0, 8.0)
    found = follow(points(look_at=target), 61, "smooth", timing)
    ahead = np.array([0.5, -1.0, 8.0]) - found.positions
    seen = np.einsum("nji,nj->ni", found.rotations, ahead)
    assert np.abs(seen[:, :2]).max() < 1e-9 and (seen[:, 2] > 0).all()
    assert np.abs(found.rotations[:, 1, 0]).max() < 1e-12  # its right is level
    assert np.linalg.det(found.rotations) == pytest.approx(np.ones(61))


def test_a_camera_on_its_target_or_above_it_still_has_a_rotation() -> None:
    for target in ((0.0, 0.0, 0.0), (0.0, -5.0, 0.0)):
        found = follow(points(look_at=target), 61, "linear", "keys")
        assert np.linalg.det(found.rotations) == pytest.approx(np.ones(61))


def test_easing_acts_between_the_points() -> None:
    slow = follow(points(ease="ease_in"), 61, "linear", "keys").positions
    even = follow(points(), 61, "linear", "keys").positions
    assert slow[5, 0] < even[5, 0] and slow[20] == pytest.approx(even[20])


def test_points_at_one_place_make_a_stop() -> None:
    stop = [PathPoint(frame, (1.0, 1.0, 1.0), None, 0.0, 60.0, EASINGS["linear"]) for frame in (0, 10, 20)]
    for curve in ("smooth", "centripetal"):
        for timing in ("keys", "even"):
            found = follow(stop, 30, curve, timing)
            assert np.abs(found.positions - [1, -1, 1]).max() < 1e-9
            assert found.fov_deg == pytest.approx(np.full(30, 60.0))
