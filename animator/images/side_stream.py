"""Work beside a GPU that is still drawing: `SideStream`, and copies from and to it by pinned memory."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


class SideStream:
    """Work of another thread on a device, beside the work of the thread that draws.

    The drawing thread calls `mark` behind an image; the other one works on the image within `after`, on a
    stream of its own. On other devices than CUDA both do nothing: there, work is in order by itself.

    Args:
        device: The device of the images.
    """

    def __init__(self, device: torch.device) -> None:
        self._stream = torch.cuda.Stream(device) if device.type == "cuda" else None

    def mark(self) -> "torch.cuda.Event | None":
        """Returns the point that the device reaches once all that was asked of it so far is done."""
        if self._stream is None:
            return None
        event = torch.cuda.Event()
        event.record(torch.cuda.current_stream(self._stream.device))
        return event

    @contextmanager
    def after(self, mark: "torch.cuda.Event | None") -> Iterator[None]:
        """Has the work of a `with` block begin at a mark, and waits at its end until it is done.

        So the images that it reads may be freed after it.
        """
        if self._stream is None or mark is None:
            yield
            return
        with torch.cuda.stream(self._stream):
            self._stream.wait_event(mark)
            yield
            self._stream.synchronize()


def to_device(tensor: torch.Tensor, device: torch.device | str) -> torch.Tensor:
    """Returns a tensor on a device; from the CPU to a GPU through pinned memory, so that the thread goes on.

    From other memory a copy would wait until the GPU has done all that was asked of it so far.
    """
    device = torch.device(device)
    if device.type != "cuda" or tensor.device.type != "cpu":
        return tensor.to(device)
    return tensor.pin_memory().to(device, non_blocking=True)


def to_host(tensor: torch.Tensor) -> torch.Tensor:
    """Returns a tensor on the CPU; from a GPU through pinned memory, waiting for this thread's stream."""
    if tensor.device.type != "cuda":
        return tensor.cpu()
    host = torch.empty_like(tensor, device="cpu", pin_memory=True)
    host.copy_(tensor, non_blocking=True)
    torch.cuda.current_stream(tensor.device).synchronize()
    return host
