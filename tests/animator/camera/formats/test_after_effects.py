"""Keyframes of After Effects."""

from typing import Any

import numpy as np
import pytest

from animator.camera.formats.after_effects import read, write
from animator.camera.pose import accumulate, steps_of
from animator.camera.track import CameraTrack
from animator.errors import UserError
from tests.animator.camera.formats.tracks import track

HEAD = (
    "Adobe After Effects 8.0 Keyframe Data\n\n\tUnits Per Second\t25\n\tSource Width\t1920\n"
    "\tSource Height\t1080\n\tSource Pixel Aspect Ratio\t1\n\tComp Pixel Aspect Ratio\t1\n\n"
)
ZOOM = "Camera Options\tZoom\n\tFrame\tpixels\t\n\t\t540\t\n\n"
END = "\n\nEnd of Keyframe Data\n"


def test_a_camera_at_the_start_is_in_the_middle_of_the_composition() -> None:
    still = CameraTrack(np.zeros((1, 3)), np.eye(3)[None], np.array([90.0]), 24.0, (640, 384))
    text = write(still)
    assert "\t0\t320.0\t192.0\t0.0\t\n" in text and "\t0\t0.0\t0.0\t0.0\t\n" in text
    assert "Camera Options\tZoom\n\tFrame\tpixels\t\n\t0\t192.0" in text


def test_keys_with_gaps_are_filled_straight_and_by_the_shortest_turn() -> None:
    text = (
        HEAD
        + ZOOM
        + "Transform\tPosition\n\tFrame\tX pixels\t\n\t0\t960\t540\t0\t\n\t10\t1160\t540\t0\t\n\n"
        + "Transform\tOrientation\n\tFrame\tX degrees\t\n\t0\t0\t350\t0\t\n\t10\t0\t10\t0\t\n"
        + END
    )
    found = read(text)
    assert len(found) == 11 and found.fps == 25 and found.size == (1920, 1080)
    assert found.positions[5] == pytest.approx([1.0, 0.0, 0.0])
    assert found.rotations[5] == pytest.approx(np.eye(3), abs=1e-9)
    assert found.fov_deg == pytest.approx(np.full(11, 90.0))


def test_rotations_beyond_a_turn_are_read_as_they_are() -> None:
    text = HEAD + ZOOM + "Transform\tY Rotation\n\tFrame\tdegrees\t\n\t0\t0\t\n\t10\t720\t\n" + END
    _, turned = steps_of(*(getattr(read(text), name) for name in ("positions", "rotations")))
    assert turned[1:, 1] == pytest.approx(np.full(10, 72.0))


def test_a_camera_with_a_point_of_interest_looks_at_it_and_turns_from_there() -> None:
    text = (
        HEAD
        + ZOOM
        + "Transform\tPosition\n\tFrame\tX pixels\t\n\t0\t960\t540\t-100\t\n\t10\t1060\t540\t0\t\n\n"
        + "Transform\tPoint of Interest\n\tFrame\tX pixels\t\n\t\t960\t540\t0\t\n\n"
        + "Transform\tOrientation\n\tFrame\tX degrees\t\n\t\t0\t0\t90\t\n"
        + END
    )
    rotations = read(text).rotations
    assert rotations[0] @ [0, 0, 1] == pytest.approx([0, 0, 1], abs=1e-9)
    assert rotations[5] @ [0, 0, 1] == pytest.approx([-np.sqrt(0.5), 0, np.sqrt(0.5)], abs=1e-9)
    assert rotations[10] @ [0, 0, 1] == pytest.approx([-1, 0, 0], abs=1e-9)
    assert rotations[:, :, 0] == pytest.approx(np.tile([0.0, 1.0, 0.0], (11, 1)), abs=1e-9)  # rolled


def test_a_camera_to_the_right_and_above_has_larger_x_and_smaller_y() -> None:
    positions, rotations = accumulate(np.array([[1.0, 1.0, 1.0]]), np.array([[0.0, 30.0, 0.0]]))
    lines = write(CameraTrack(positions, rotations, np.array([50.0]), 24.0, (100, 100))).splitlines()
    at = lines[lines.index("Transform\tPosition") + 2].split("\t")
    x, y, z = (float(cell) for cell in at[2:5])
    assert x > 50 and y < 50 and z > 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: "x" + text[5:].replace("Keyframe Data", "", 1), "line 1: expected Adobe After Effects"),
        (lambda text: text.replace("Zoom", "Room"), "has no Camera Options Zoom"),
        (lambda text: text.replace("Source Width\t640", "Source Width\t0"), "Source Width: is 0"),
        (lambda text: text.replace("\tSource Height\t384\n", ""), "Source Height: is ''; expected a number"),
        (lambda text: text.replace("\n\t1\t", "\n\tone\t", 1), "line 12: is 'one'; expected a number"),
        (lambda text: text.replace("\n\t1\t", "\n\t0\t", 1), "Camera Options Zoom: the times of its keys"),
        (lambda text: text.replace("\n\t1\t", "\n\t1e8\t"), "the last key: ends at frame 100000000"),
        (lambda text: text.replace("\n\t1\t", "\n\t1\t5\t6\t7\t", 1), "line 12: has 4 values; expected 1"),
        (
            lambda text: text.replace("Comp Pixel Aspect Ratio\t1", "Comp Pixel Aspect Ratio\t2"),
            "Comp Pixel Aspect Ratio: is 2; expected 1, square pixels",
        ),
        (
            lambda text: text.replace("\n\nTransform", "\nExpression Data\nwiggle(1, 2)\n\nTransform", 1),
            "line 13: Camera Options Zoom has an expression; convert it to keyframes first",
        ),
    ],
)
def test_what_is_no_camera_is_refused_with_its_place(change: Any, said: str) -> None:
    with pytest.raises(UserError) as error:
        read(change(write(track(2))))
    assert str(error.value).startswith(said)
