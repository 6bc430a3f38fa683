"""The device of `tests/synchronizations.py` computes as the CPU does, and notes every wait for it."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from tests.synchronizations import DEVICE, OnDevice, listed, source_of, synchronizations

MATRIX = torch.rand((4, 4), generator=torch.Generator().manual_seed(2))

WAITS: dict[str, Callable[[Tensor], object]] = {
    "a truth": lambda x: bool((x > 0).any()),
    "a number": lambda x: float(x[0, 0]) + int(x[0, 0]) + x.sum().item(),
    "a list": lambda x: x.tolist(),
    "a copy to the host": lambda x: x.cpu(),
    "a copy into memory of the host": lambda x: torch.empty(4, 4).copy_(x),
    "a copy to the device": lambda x: x + MATRIX.to(x.device, non_blocking=True),
    "values for a tensor": lambda x: x * torch.tensor([2.0, 3.0, 4.0, 5.0], device=x.device),
    "values for a new tensor": lambda x: x * x.new_tensor([2.0, 3.0, 4.0, 5.0]),
    "a mask as index": lambda x: x[x > 0.5],
    "values under a mask": lambda x: torch.zeros_like(x).index_put_((x > 0.5,), x[x > 0.5]),
    "an index of the host": lambda x: x[torch.tensor([0, 2])],
    "a number as index": lambda x: x[x.argmax() % 4],
    "places": lambda x: x.nonzero(),
    "counts": lambda x: torch.bincount((x * 4).long().flatten()),
    "different values": lambda x: x.unique(),
    "equality": lambda x: torch.equal(x, x + 1),
    "an inverse that is checked": lambda x: torch.linalg.inv(x),
}
FREE: dict[str, Callable[[Tensor], Tensor]] = {
    "arithmetic": lambda x: (x * 2.0 + 1.0).clamp_(0.0, 1.5).mul_(x.mean()),
    "a choice": lambda x: torch.where(x > 0.5, x, 0.0),
    "a fill under a mask": lambda x: x.clone().masked_fill_(x > 0.5, 0.0),
    "a view that is written to": lambda x: x.clone().view(16)[3:5].add_(1.0).view(2, 1),
    "made there": lambda x: x + torch.ones((4, 4), device=x.device),
    "indices of the device": lambda x: x[torch.arange(3, device=x.device)],
    "a network": lambda x: torch.nn.functional.conv2d(x.view(1, 1, 4, 4), x.view(1, 1, 4, 4), padding=2),
}


@pytest.mark.parametrize("operation", WAITS.values(), ids=WAITS)
def test_every_wait_is_noted(operation: Callable[[Tensor], object]) -> None:
    with synchronizations() as noted:
        x = MATRIX.to(DEVICE)
        noted.found.clear()
        operation(x)
    assert noted.found


@pytest.mark.parametrize("operation", FREE.values(), ids=FREE)
def test_what_does_not_wait_is_not_noted_and_has_the_bits_of_the_cpu(
    operation: Callable[[Tensor], Tensor],
) -> None:
    with synchronizations() as noted:
        x = MATRIX.to(DEVICE)
        noted.found.clear()
        result = operation(x)
    assert not noted.found and isinstance(result, OnDevice) and result.device == DEVICE
    assert torch.equal(result.held, operation(MATRIX))


def test_it_computes_in_inference_mode() -> None:
    with synchronizations(), torch.inference_mode():
        assert torch.equal((MATRIX.to(DEVICE).unsqueeze(0) * 2.0)[0].cpu(), MATRIX * 2.0)


def test_tensors_of_host_and_device_do_not_mix() -> None:
    with synchronizations():
        x = MATRIX.to(DEVICE)
        with pytest.raises(AssertionError, match="add mixes"):
            x + MATRIX
        with pytest.raises(TypeError, match="no numpy array"):
            x.numpy()


def test_each_place_that_the_page_lists_is_there_and_has_its_reason() -> None:
    assert len(listed()) > 8
    for place, reason in listed().items():
        assert f"def {place.function}(" in source_of(place), place
        assert len(reason) > 20, place
