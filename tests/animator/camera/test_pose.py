"""Poses: the steps of a camera as places in space, and back."""

import numpy as np
import pytest
from numpy.typing import NDArray

from animator.camera.pose import accumulate, angles, quaternions, rotations_of, steps_of, turns
from animator.images.camera import Move3D, rigid

Array = NDArray[np.float64]


def some(frames: int, size: float) -> Array:
    """Numbers (frames, 3) without any pattern, up to a size."""
    return size * np.sin(np.arange(frames * 3).reshape(frames, 3) * 12.9898 + 4.1)


def test_poses_lead_back_to_their_steps() -> None:
    shifts, turned = some(500, 0.4), some(500, 85.0)
    found_shifts, found_turns = steps_of(*accumulate(shifts, turned))
    assert np.abs(found_shifts - shifts).max() < 1e-12
    assert np.abs(found_turns - turned).max() < 1e-9


def test_a_pose_is_where_the_loop_s_motion_leaves_the_camera() -> None:
    shifts, turned = some(6, 0.4), some(6, 40.0)
    point = np.array([0.3, 0.2, 5.0])
    positions, rotations = accumulate(shifts, turned)
    moved = point
    for shift, turn in zip(shifts, turned, strict=True):
        step = rigid(Move3D(tuple(200 * shift), tuple(turn)))
        moved = moved @ np.array(step.rotation) + step.translation
    assert moved == pytest.approx(rotations[-1].T @ (point - positions[-1]), abs=1e-12)


@pytest.mark.parametrize(
    ("angle", "forward"), [((10, 0, 0), (0, -1)), ((0, 10, 0), (1, 0)), ((-10, 0, 0), (0, 1))]
)
def test_a_camera_tilts_up_and_pans_to_the_right(
    angle: tuple[float, float, float], forward: tuple[float, float]
) -> None:
    _, rotations = accumulate(np.zeros((1, 3)), np.array([angle], dtype=float))
    assert np.sign(np.round(rotations[0][:2, 2], 9)) == pytest.approx(forward)


@pytest.mark.parametrize("pan", [90.0, -90.0])
def test_angles_at_a_right_angle_give_the_same_turn(pan: float) -> None:
    turned = turns(np.array([[20.0, pan, 30.0]]))
    assert np.abs(turns(angles(turned)) - turned).max() < 1e-9


def test_quaternions_of_half_turns_and_all_others_lead_back() -> None:
    turned = turns(np.concatenate([some(200, 180.0), [[180, 0, 0], [0, 180, 0], [0, 0, 180]]]))
    found = quaternions(turned)
    assert np.abs(rotations_of(found) - turned).max() < 1e-12
    assert (np.sum(found[1:] * found[:-1], axis=1) >= 0).all()
