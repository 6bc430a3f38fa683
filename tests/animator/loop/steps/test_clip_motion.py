"""Motion of a clip: several frames composed into one motion."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from animator.images.resample import Sampling
from animator.images.warp2d import Move2D, matrix2d
from animator.loop.steps.clip_motion import DenseFlow, GlobalMotion
from animator.models.flow.features import LOW_CONTRAST, MotionModel
from animator.models.flow.warp import warp_by_flow
from tests.letters import image_of, letters_of

WHOLE = GlobalMotion(MotionModel("Affine"), Sampling.NEAREST, LOW_CONTRAST)
SHIFT = matrix2d(Move2D(shift_px=(2, 1)), 8, 8)
TURN = matrix2d(Move2D(angle_deg=90, center=(3.5 / 8, 3.5 / 8)), 8, 8)
FLAG = image_of("/".join(["RRGGBBCC", "MMYYWWKK"] * 4))


def no_flow(first: Tensor, second: Tensor, guess: Tensor | None = None) -> Tensor:
    raise AssertionError("nothing is estimated here")


def test_matrices_are_joined_first_to_last() -> None:
    joined = WHOLE.warp(FLAG, WHOLE.compose(SHIFT, TURN))
    one_by_one = WHOLE.warp(WHOLE.warp(FLAG, SHIFT), TURN)
    inner = (slice(None), slice(3, 6), slice(3, 6))
    assert letters_of(joined[inner]) == letters_of(one_by_one[inner])
    assert letters_of(joined[inner]) != letters_of(WHOLE.warp(FLAG, WHOLE.compose(TURN, SHIFT))[inner])
    np.testing.assert_allclose(WHOLE.compose(SHIFT, TURN), TURN @ SHIFT)


def test_flows_are_joined_where_the_later_one_comes_from() -> None:
    """The earlier flow moves the left half down only; the later one moves everything 8 pixels right."""
    earlier, later = torch.zeros(2, 32, 32), torch.zeros(2, 32, 32)
    earlier[1, :, :16], later[0] = 4.0, 8.0
    joined = DenseFlow(no_flow, warp_by_flow).compose(earlier, later)
    assert joined[0].unique().tolist() == [8.0]
    assert joined[1, 5].tolist() == [4.0] * 24 + [0.0] * 8

    def steps(image: Tensor, *flows: Tensor) -> Tensor:
        step: Callable[[Tensor, Tensor], Tensor] = warp_by_flow
        for flow in flows:
            image = step(image, flow)
        return image

    image = torch.rand((3, 32, 32), generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(steps(image, joined), steps(image, earlier, later), atol=1e-5, rtol=0)
