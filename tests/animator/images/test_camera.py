import math

import numpy as np
import pytest
from numpy.typing import NDArray

from animator.errors import UserError
from animator.images.camera import STILL, Camera, Move3D, Rigid, rigid, rotation_x, rotation_y, rotation_z

POINT = np.array([0.3, -0.2, 1.7])


def moved(motion: Rigid, point: NDArray[np.float64]) -> NDArray[np.float64]:
    return point @ np.array(motion.rotation) + np.array(motion.translation)


def test_focal_length() -> None:
    assert Camera(fov_deg=90.0).focal == pytest.approx(1.0)
    assert Camera(fov_deg=-90.0).focal == pytest.approx(-1.0)
    assert Camera(fov_deg=180.0).focal == pytest.approx(0.0, abs=1e-12)


def test_a_field_of_view_may_pass_through_zero() -> None:
    assert math.isfinite(Camera(fov_deg=0.0).focal)
    assert Camera(fov_deg=0.0).focal == Camera(fov_deg=1e-9).focal > 1e4


def test_an_aspect_ratio_of_zero_is_refused() -> None:
    with pytest.raises(UserError, match=r"aspect_ratio is 0: expected a ratio"):
        Camera(aspect_ratio=0.0)


def test_near_and_far_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(UserError, match="expected 0 < near < far"):
        _ = Camera(near=10.0, far=5.0).range_z
    assert Camera(near=400.0, far=1000.0).range_z == (2.0, 5.0)


def test_shifts_are_in_units_of_200_with_x_and_z_turned_round() -> None:
    assert rigid(Move3D((6.0, -4.0, 8.0))).translation == pytest.approx((-0.03, -0.02, -0.04))


def test_rotations_apply_x_first() -> None:
    wanted = rotation_x(10) @ rotation_y(20) @ rotation_z(30)
    np.testing.assert_allclose(rigid(Move3D(rotation_deg=(10, 20, 30))).rotation, wanted)
    for rotation in (rotation_x, rotation_y, rotation_z):
        np.testing.assert_allclose(rotation(37) @ rotation(37).T, np.eye(3), atol=1e-15)


def test_no_move_is_still() -> None:
    assert rigid(Move3D()) == STILL


def test_motions_compose_in_order() -> None:
    first = rigid(Move3D((10.0, 5.0, -3.0), (10.0, 20.0, 30.0)))
    second = rigid(Move3D((-2.0, 7.0, 4.0), (-5.0, 1.0, 8.0)))
    np.testing.assert_allclose(moved(first.then(second), POINT), moved(second, moved(first, POINT)))


def test_the_inverse_goes_back() -> None:
    motion = rigid(Move3D((10.0, 5.0, -3.0), (10.0, 20.0, 30.0)))
    np.testing.assert_allclose(moved(motion.inverse(), moved(motion, POINT)), POINT)
