"""People as OpenPose draws them."""

import numpy as np
import pytest

from animator.models.controlnet.preprocessors.palette import PALETTE
from animator.models.controlnet.preprocessors.skeleton import COLORS, body_points, draw_people

FIGURE = np.array(
    [
        (256, 80), (264, 70), (248, 70), (276, 76), (236, 76), (306, 140), (206, 140), (336, 220), (176, 220),
        (346, 300), (166, 300), (286, 300), (226, 300), (290, 390), (222, 390), (296, 480), (216, 480),
    ],
    np.float64,
)  # fmt: skip
"""Someone who faces the camera, in COCO's order: nose, eyes, ears, shoulders, elbows, wrists, hips, knees,
ankles; the left one first."""


def test_points_are_in_openposes_order_and_the_neck_is_between_the_shoulders() -> None:
    points = body_points(FIGURE, np.ones(17), 0.5)
    assert points.shape == (18, 2)
    assert points[0].tolist() == [256, 80] and points[1].tolist() == [256, 140]
    right = points[[2, 3, 4, 8, 9, 10, 14, 16]]
    left = points[[5, 6, 7, 11, 12, 13, 15, 17]]
    assert bool((right[:, 0] < 256).all()) and bool((left[:, 0] > 256).all())
    assert right[:3, 1].tolist() == [140, 220, 300] and right[3:6, 1].tolist() == [300, 390, 480]
    assert right[6:, 1].tolist() == [70, 76]


def test_limbs_and_joints_have_openposes_colors() -> None:
    drawn = draw_people([body_points(FIGURE, np.ones(17), 0.5)], 512, 512)
    assert COLORS[:4] == ((255, 0, 0), (255, 85, 0), (255, 170, 0), (255, 255, 0)) and len(COLORS) == 18
    joints = {(80, 256): 0, (140, 206): 2, (220, 176): 3, (300, 346): 7, (480, 216): 10, (70, 264): 15}
    for (row, column), number in joints.items():
        assert tuple(drawn[row, column]) == COLORS[number]
    limbs = {(140, 231): 0, (140, 281): 1, (180, 191): 2, (260, 341): 5, (110, 256): 12, (435, 219): 8}
    for (row, column), number in limbs.items():
        assert tuple(drawn[row, column]) == tuple(int(channel * 0.6) for channel in COLORS[number])
    assert 0.01 < float((drawn.sum(axis=2) > 0).mean()) < 0.05


def test_what_is_not_seen_is_not_drawn() -> None:
    scores = np.ones(17)
    scores[5] = 0.2  # the left shoulder, and so the neck
    points = body_points(FIGURE, scores, 0.3)
    assert np.isnan(points[[1, 5]]).all() and np.isfinite(np.delete(points, [1, 5], axis=0)).all()
    drawn = draw_people([points], 512, 512)
    assert not drawn[140, 231].any() and drawn[260, 341].any()
    assert not draw_people([], 64, 48).any() and draw_people([], 64, 48).shape == (64, 48, 3)


@pytest.mark.parametrize("size", [(1, 1), (16, 300), (2048, 1024)])
def test_limbs_grow_with_the_image_and_points_far_out_do_no_harm(size: tuple[int, int]) -> None:
    points = body_points(FIGURE / 512 * min(size), np.ones(17), 0.5)
    points[3] = 1e300
    points[4] = -1e9
    drawn = draw_people([points], *size)
    assert drawn.shape == (*size, 3) and drawn.any()


def test_the_palette_has_a_color_for_each_class() -> None:
    assert PALETTE.shape == (150, 3)
    assert PALETTE[[0, 2, 12, 149]].tolist() == [[120, 120, 120], [6, 230, 230], [150, 5, 61], [92, 0, 255]]
