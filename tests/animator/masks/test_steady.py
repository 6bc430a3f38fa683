"""Masks of words that do not flicker: averages along the motion of the clip."""

from collections.abc import Callable
from itertools import pairwise

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from animator.masks.steady import MASKS_KEPT, WORDS_KEPT, SteadyWords
from animator.models.flow.opencv import Dis, DisQuality
from tests.animator.masks.moving_thing import FRAMES, SIDE, scene

FLOW = Dis(DisQuality.MEDIUM)
Find = Callable[[str, Tensor], Tensor]


def blobs(frame: int, word: str) -> Tensor:
    """Where a segmenter errs at a frame: some round areas that are elsewhere on each frame."""
    generator = torch.Generator().manual_seed(1000 * frame + len(word))
    coarse = torch.randn((1, 1, 16, 16), generator=generator)
    return functional.interpolate(coarse, (SIDE, SIDE), mode="bicubic")[0, 0] > 1.3


class Segmenter:
    """Finds the thing of the clip, with errors that differ from frame to frame."""

    def __init__(self) -> None:
        self.looked: list[int] = []

    def __call__(self, word: str, image: Tensor) -> Tensor:
        frame = round(float(image[0, 0, 0]))  # which `clip` writes there
        self.looked.append(frame)
        return ((scene(frame)[1] > 0.5) ^ blobs(frame, word)).float()


def clip(frame: int) -> Tensor:
    image = scene(frame)[0].clone()
    image[0, 0, 0] = frame
    return image


def steady(span: int, find: Find | None = None) -> SteadyWords:
    return SteadyWords(find or Segmenter(), clip, FLOW, span)


def overlap(mask: Tensor, truth: Tensor) -> float:
    found, wanted = mask > 0.5, truth > 0.5
    return float((found & wanted).sum() / (found | wanted).sum())


def measured(masks: list[Tensor]) -> tuple[float, float]:
    """Mean overlap with the truth, and flicker: errors that come or go, as a share of the thing's area."""
    truths = [scene(frame)[1] for frame in range(len(masks))]
    errors = [(mask > 0.5) ^ (truth > 0.5) for mask, truth in zip(masks, truths, strict=True)]
    changed = [(one ^ other).sum() / truths[0].sum() for one, other in pairwise(errors)]
    overlaps = [overlap(mask, truth) for mask, truth in zip(masks, truths, strict=True)]
    return sum(overlaps) / len(overlaps), float(sum(changed) / len(changed))


def test_flicker_falls_and_the_overlap_with_the_truth_rises() -> None:
    plain, words, segmenter = [], steady(8), Segmenter()
    averaged = []
    for frame in range(FRAMES):
        plain.append(segmenter("thing", clip(frame)))
        averaged.append(words("thing", frame, clip(frame)))
    (overlap_before, flicker_before), (overlap_after, flicker_after) = measured(plain), measured(averaged)
    assert overlap_before < 0.6 and flicker_before > 1.5
    assert overlap_after > 0.9 and flicker_after < flicker_before / 8


def test_a_mask_without_errors_stays_where_the_thing_is() -> None:
    words = steady(6, lambda _, image: scene(round(float(image[0, 0, 0])))[1])
    assert min(overlap(words("thing", frame, clip(frame)), scene(frame)[1]) for frame in range(40)) > 0.9


@pytest.mark.parametrize("frame", [0, 3, 9, 14])
def test_a_film_that_is_resumed_has_the_same_masks_and_looks_at_a_bounded_number_of_images(
    frame: int,
) -> None:
    through, segmenter = steady(5), Segmenter()
    masks = [through("thing", number, clip(number)) for number in range(frame + 3)]
    resumed = steady(5, segmenter)
    for number in range(frame, frame + 3):
        assert torch.equal(resumed("thing", number, clip(number)), masks[number])
    assert segmenter.looked == list(range(max(0, frame - 5), frame + 3))


def test_frames_may_be_skipped_and_asked_for_backwards() -> None:
    segmenter = Segmenter()
    through, words = steady(4), steady(4, segmenter)
    wanted = [through("thing", frame, clip(frame)) for frame in range(7)]
    for frame in (0, 3, 2, 1, 6, 5, 4):
        assert torch.equal(words("thing", frame, clip(frame)), wanted[frame])
    assert set(segmenter.looked) == set(range(7))


def test_memory_is_bounded_and_words_that_were_dropped_come_back_the_same() -> None:
    words, names = steady(3), [str(number) * (number + 1) for number in range(WORDS_KEPT + 2)]
    for frame in range(3):
        for name in names:
            words(name, frame, clip(frame))
    assert len(words._seen) == WORDS_KEPT and all(len(seen.masks) <= 4 for seen in words._seen.values())
    alone = steady(3)
    for frame in range(3):
        wanted = alone(names[0], frame, clip(frame))
    assert torch.equal(words(names[0], 2, clip(2)), wanted)
    for frame in range(3, MASKS_KEPT + 10):
        words(names[0], frame, clip(frame))
    assert len(words._masks) == MASKS_KEPT
