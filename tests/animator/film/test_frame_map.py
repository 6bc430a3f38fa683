"""The image of a clip for each frame of a film."""

from fractions import Fraction

import pytest

from animator.errors import UserError
from animator.film.frame_map import ClipRange, FrameMap, images_by_clock
from animator.film.index import Index


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (ClipRange(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
        (ClipRange(2, 6, 2), [2, 4, 6]),
        (ClipRange(3, 100, 4), [3, 7]),
        (ClipRange(0, 0), [0]),
        (ClipRange(12), []),
    ],
)
def test_a_range_and_a_step(span: ClipRange, expected: list[int]) -> None:
    assert list(span.of(10)) == expected


@pytest.mark.parametrize(("after_end", "seen"), [("hold", [5, 6, 7, 7, 7, 7]), ("loop", [5, 6, 7, 5, 6, 7])])
def test_after_the_end_of_the_clip(after_end: str, seen: list[int]) -> None:
    frame_map = FrameMap(range(5, 8), after_end, "clip.mp4")  # type: ignore[arg-type]  # a word of the setting
    frame_map.check(6)
    assert [frame_map.of(frame) for frame in range(6)] == seen


def test_a_clip_that_is_too_short_says_what_to_do() -> None:
    frame_map = FrameMap(range(3), "error", "clip.mp4")
    frame_map.check(3)
    message = r"clip.mp4: has 3 frames that count, and the film has 8; set frames: 3 \(or frames: clip\), or"
    with pytest.raises(UserError, match=message):
        frame_map.check(8)
    with pytest.raises(UserError, match="has 3 frames that count"):
        frame_map.of(3)


def test_a_range_without_images_says_so() -> None:
    with pytest.raises(UserError, match=r"no frame in the range that video.extract_\* asks for"):
        FrameMap(ClipRange(20).of(10), "loop", "clip.mp4").check(1)


def even(count: int, fps: int) -> Index:
    return Index(tuple(Fraction(i, fps) for i in range(count)))


def test_the_clock_drops_and_repeats_images() -> None:
    assert images_by_clock(even(30, 30), ClipRange(), 10) == (0, 3, 6, 9, 12, 15, 18, 21, 24, 27)
    assert images_by_clock(even(5, 5), ClipRange(), 10) == (0, 0, 1, 1, 2, 2, 3, 3, 4, 4)
    assert images_by_clock(even(30, 30), ClipRange(10, 19), 30) == tuple(range(10, 20))
    assert images_by_clock(even(30, 30), ClipRange(every=3), 10) == (0, 9, 18)


def test_the_clock_follows_an_uneven_clip() -> None:
    times = (0, 0.1, 0.2, 0.9, 0.95, 1.0)
    index = Index(tuple(Fraction(t).limit_denominator(100) for t in times))
    assert images_by_clock(index, ClipRange(), 10)[:10] == (0, 1, 2, 2, 2, 2, 2, 2, 2, 3)


def test_times_rounded_to_milliseconds_count_as_reached() -> None:
    index = Index(tuple(Fraction(round(i * 1000 / 30), 1000) for i in range(30)))
    assert images_by_clock(index, ClipRange(), 30) == tuple(range(30))
