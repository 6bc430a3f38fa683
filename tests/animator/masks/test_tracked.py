"""Things that are followed through a clip."""

from collections.abc import Callable, Mapping

import pytest
import torch
from torch import Tensor

from animator.errors import ModelError
from animator.loop.state import State
from animator.masks.follow import Track, follow
from animator.masks.tracked import MASKS_KEPT, FlowFollowing, TrackedMask, TrackerMemory
from animator.models.flow.opencv import Dis, DisQuality
from tests.animator.masks.moving_thing import FRAMES, scene

FINE = Dis(DisQuality.FINE)


def overlap(mask: Tensor, truth: Tensor) -> float:
    """Intersection over union."""
    found, wanted = mask > 0.5, truth > 0.5
    return float((found & wanted).sum() / (found | wanted).sum())


def test_a_thing_is_followed_for_100_frames_though_a_bar_hides_a_part_of_it() -> None:
    image, mask = scene(0)
    track, overlaps = Track.begin(image, mask), []
    for frame in range(1, FRAMES):
        image, truth = scene(frame)
        track = follow(track, image, FINE)
        overlaps.append(overlap(track.mask, truth))
    assert sum(overlaps) / len(overlaps) > 0.95 and min(overlaps) > 0.9


def test_a_still_image_keeps_its_mask() -> None:
    image, mask = scene(0)
    track = Track.begin(image, mask)
    for _ in range(5):
        track = follow(track, image, FINE)
    assert overlap(track.mask, mask) > 0.97


def test_an_empty_mask_stays_empty_and_a_full_one_stays_full() -> None:
    image, mask = scene(0)
    later, _ = scene(1)
    assert float(follow(Track.begin(image, mask * 0), later, FINE).mask.max()) == 0
    whole = follow(Track.begin(image, torch.ones_like(mask)), later, FINE).mask
    assert float(whole[8:-8, 8:-8].mean()) > 0.9


@pytest.mark.parametrize("size", [(16, 16), (33, 70)])
def test_flat_and_small_images_are_followed_without_an_error(size: tuple[int, int]) -> None:
    mask = torch.zeros(size)
    mask[: size[0] // 2] = 1
    followed = follow(Track.begin(torch.full((3, *size), 0.5), mask), torch.full((3, *size), 0.5), FINE)
    assert bool(torch.isfinite(followed.mask).all()) and followed.mask.shape == size


class Reads:
    """A clip that counts how often its images are read."""

    def __init__(self) -> None:
        self.frames: list[int] = []

    def __call__(self, frame: int) -> Tensor:
        self.frames.append(frame)
        return scene(min(frame, FRAMES - 1))[0]


def tracked(clip: Callable[[int], Tensor], first: int = 0) -> TrackedMask:
    return TrackedMask(
        clip, lambda image: scene(first)[1], lambda image, mask: FlowFollowing(image, mask, FINE), first
    )


def test_a_resumed_film_has_the_masks_of_one_that_never_stopped() -> None:
    image = scene(0)[0]
    through, resumed = tracked(Reads()), tracked(Reads())
    masks = [through(frame, image) for frame in range(7)]
    assert torch.equal(resumed(6, image), masks[6])
    assert torch.equal(resumed(2, image), masks[2])


@pytest.mark.parametrize("last", [0, 1, 4])
def test_it_continues_from_its_memory_without_the_images_before(last: int) -> None:
    image = scene(0)[0]
    through, clip = tracked(Reads()), Reads()
    for frame in range(last + 1):
        through(frame, image)
    state = State(last + 1, image=image, tracked=through.memory)
    resumed = tracked(clip)
    resumed.recall(State.from_bytes(state.to_bytes()).tracked)
    assert resumed.memory is not None and resumed.memory.frame == last and clip.frames == []
    for frame in (last + 1, last + 2):
        assert torch.equal(resumed(frame, image), through(frame, image))
    assert clip.frames == ([0, 1, 2] if not last else [0, last, last + 1, last + 2])
    assert torch.equal(resumed(1, image), tracked(Reads())(1, image))  # from the beginning again


def test_the_memory_of_another_film_is_refused() -> None:
    image = scene(0)[0]
    for wrong in ({}, {"mask": torch.zeros(3, 3), "motion": torch.eye(3)}, {"mask": image[0]}):
        resumed = tracked(Reads())
        resumed.recall(TrackerMemory(3, wrong))
        with pytest.raises(ModelError, match=r"mask\.tracker: .* render the film anew"):
            resumed(4, image)


def test_each_image_is_read_once_and_a_group_may_be_asked_for_backwards() -> None:
    clip = Reads()
    source, image = tracked(clip), scene(0)[0]
    for frame in (0, 3, 2, 1, 6, 5, 4):
        source(frame, image)
    assert clip.frames == [0, 1, 2, 3, 4, 5, 6]


def test_before_its_first_frame_there_is_nothing() -> None:
    clip = Reads()
    source, image = tracked(clip, first=4), scene(0)[0]
    assert float(source(3, image).max()) == 0 and clip.frames == []
    assert torch.equal(source(4, image), scene(4)[1])
    assert overlap(source(6, image), scene(6)[1]) > 0.9


def test_memory_is_bounded() -> None:
    kept = TrackedMask(lambda frame: torch.zeros(3, 8, 8), lambda image: image[0], Same, 0)
    kept(MASKS_KEPT * 3, torch.zeros(3, 8, 8))
    assert len(kept._masks) <= MASKS_KEPT


class Same:
    """Follows a thing that does not move."""

    def __init__(self, image: Tensor, mask: Tensor) -> None:
        self._mask = mask

    def next(self, image: Tensor) -> Tensor:
        return self._mask

    @property
    def memory(self) -> dict[str, Tensor]:
        return {}

    def recall(self, memory: Mapping[str, Tensor], frames: int, image: Tensor) -> None:
        """It has nothing to recall."""
