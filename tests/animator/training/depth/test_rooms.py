"""Rendered rooms: exact depth, determined by the seed alone."""

import numpy as np
import pytest
from numpy.typing import NDArray

from animator.training.depth.rooms import room
from animator.training.depth.solids import FAR, Box, Plane, Solid, Sphere, cast

ORIGIN = np.array([0, 1, 0], np.float32)
AHEAD = np.array([[0, 0, 1]], np.float32)


def vector(*values: float) -> NDArray[np.float32]:
    return np.array(values, np.float32)


@pytest.mark.parametrize(
    ("solid", "distance", "normal"),
    [
        (Sphere(vector(0, 1, 5), 1.0), 4.0, (0, 0, -1)),
        (Sphere(vector(0, 3, 5), 1.0), FAR, None),
        (Sphere(vector(0, 1, -5), 1.0), FAR, None),
        (Box(vector(0, 1, 5), vector(1, 1, 2), 0.0), 3.0, (0, 0, -1)),
        (Box(vector(0, 1, 5), vector(1, 1, 2), np.pi / 2), 4.0, (0, 0, -1)),
        (Box(vector(4, 1, 5), vector(1, 1, 2), 0.0), FAR, None),
        (Plane(vector(0, 0, -1), -7.0), 7.0, (0, 0, -1)),
        (Plane(vector(0, 0, 1), 7.0), FAR, None),
    ],
)
def test_rays_meet_solids_where_geometry_says(
    solid: Solid, distance: float, normal: tuple[int, int, int] | None
) -> None:
    t, n = solid.hit(ORIGIN, AHEAD)
    assert t[0] == pytest.approx(distance, rel=1e-5)
    if normal is not None:
        assert np.allclose(n[0], normal, atol=1e-5)


def test_the_nearest_solid_is_seen() -> None:
    solids = [Sphere(vector(0, 1, 9), 1.0), Sphere(vector(0, 1, 5), 1.0)]
    distance, _, which = cast(ORIGIN, np.concatenate([AHEAD, -AHEAD]), solids)
    assert distance[0] == pytest.approx(4.0)
    assert which.tolist() == [1, -1]


def test_rooms_follow_from_the_seed() -> None:
    for seed in range(4):
        first, again = room(seed, (32, 48)), room(seed, (32, 48))
        assert np.array_equal(first[0], again[0])
        assert np.array_equal(first[1], again[1])
        assert first[0].shape == (32, 48, 3)
        assert first[0].dtype == np.uint8
        assert first[1].shape == (32, 48)
        assert first[1].dtype == np.float32
        assert 0 <= first[1].min() <= first[1].max() <= 1
    assert not np.array_equal(room(0, (32, 48))[0], room(1, (32, 48))[0])


def test_more_rays_per_pixel_show_the_same_room() -> None:
    rough, smooth = room(3, (48, 48)), room(3, (48, 48), supersample=3)
    assert np.corrcoef(rough[1].ravel(), smooth[1].ravel())[0, 1] > 0.98
