"""The old image holds to a hard cut, and nothing else changes."""

from collections.abc import Iterator

import numpy as np
import pytest
from torch import Tensor

from animator.film.interpolation.base import interpolate
from animator.film.interpolation.cuts import mark_cuts
from animator.images.image import Image8
from tests.animator.film.clips import moving_disc, shot, texture


def fade(first: Tensor, second: Tensor, times: tuple[float, ...]) -> Iterator[Tensor]:
    """Cross-fades."""
    return iter([first.lerp(second, time) for time in times])


def cuts(images: list[Image8], scenes: tuple[int, ...] = ()) -> list[int]:
    """Returns the numbers of the images after a cut."""
    marked = list(mark_cuts(images, scenes))
    assert all(np.array_equal(image, seen) for image, (seen, _) in zip(images, marked, strict=True))
    return [number for number, (_, is_cut) in enumerate(marked) if is_cut]


DAY, NIGHT = shot((255, 220, 160)), shot((20, 40, 110), seed=4)


def test_the_old_image_holds_to_the_cut() -> None:
    made = list(interpolate([*DAY, *NIGHT], fade, 4))
    assert len(made) == 48
    assert all(np.array_equal(image, DAY[5]) for image in made[20:24])
    assert np.array_equal(made[24], NIGHT[0])
    assert not np.array_equal(made[17], made[16])  # within a shot, images are made


@pytest.mark.parametrize(
    ("images", "expected"),
    [
        ([*DAY, *NIGHT], [6]),
        ([*DAY, *NIGHT, *DAY], [6, 12]),
        ([*DAY[:1], *NIGHT], [1]),
        ([*DAY, *NIGHT[:1]], [6]),
        ([*DAY[:2], *NIGHT[:2], *DAY[:2]], [2, 4]),
        ([DAY[0], DAY[0], np.zeros_like(DAY[0]), np.zeros_like(DAY[0])], [2]),
    ],
)
def test_cuts_between_shots_are_found(images: list[Image8], expected: list[int]) -> None:
    assert cuts(images) == expected


def flicker() -> list[Image8]:
    """Images that change as much from each to the next, as those of a diffusion at a low strength."""
    return [texture(96, seed) for seed in range(8)]


def dissolve() -> list[Image8]:
    """A dissolve of the film itself."""
    a, b = DAY[0].astype(np.float32), NIGHT[0].astype(np.float32)
    return [(a + (b - a) * step / 6).astype(np.uint8) for step in range(7)]


@pytest.mark.parametrize(
    "images",
    [
        moving_disc(),
        DAY,
        flicker(),
        dissolve(),
        [np.roll(texture(96, 1), 20 * max(0, i - 3), 1) for i in range(8)],  # a sudden fast pan
        [DAY[0], np.clip(DAY[0].astype(int) + 15, 0, 255).astype(np.uint8), DAY[0], DAY[0]],  # a flash
        [DAY[0]] * 4,
        [DAY[0]],
        [],
    ],
)
def test_motion_flicker_and_dissolves_are_not_cuts(images: list[Image8]) -> None:
    assert cuts(images) == []


def test_a_new_scene_of_the_film_is_a_cut_even_between_alike_images() -> None:
    alike = [*shot((255, 220, 160)), *shot((250, 215, 160), seed=9)]
    assert cuts(alike, scenes=(6,)) == [6]
    assert cuts(DAY, scenes=(3,)) == []  # nothing changes there
    assert cuts(flicker(), scenes=tuple(range(8))) == []
