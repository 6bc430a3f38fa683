"""Which of a video model's images are shown."""

import pytest

from animator.models.video.times import generated_steps, is_even, shown_images


@pytest.mark.parametrize(
    ("needed", "multiple", "generated", "shown"),
    [
        (2, 4, 4, [2]),
        (3, 4, 4, [1, 3]),
        (4, 4, 4, [1, 2, 3]),
        (5, 4, 8, [2, 3, 5, 6]),
        (6, 4, 12, [2, 4, 6, 8, 10]),
        (2, 8, 8, [4]),
        (8, 8, 8, [1, 2, 3, 4, 5, 6, 7]),
        (12, 8, 24, [2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22]),
        (1, 4, 4, []),
    ],
)
def test_the_images_nearest_to_the_frames_are_shown(
    needed: int, multiple: int, generated: int, shown: list[int]
) -> None:
    assert generated_steps(needed, multiple) == generated
    assert list(shown_images(needed, generated)) == shown
    assert is_even(needed, multiple) == (generated % needed == 0)


@pytest.mark.parametrize("multiple", [4, 8])
def test_no_image_is_shown_twice_and_neither_end_is(multiple: int) -> None:
    for needed in range(1, 120):
        generated = generated_steps(needed, multiple)
        shown = list(shown_images(needed, generated))
        assert generated % multiple == 0 and needed <= generated < 2 * (needed + multiple)
        assert shown == sorted(set(shown)) and all(0 < image < generated for image in shown)
