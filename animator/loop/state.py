"""`State`: what the next frame needs from the last one, and its file format."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from animator.core.deprecated import warn_renamed
from animator.images.side_stream import to_host
from animator.loop.state_header import StateHeader
from animator.masks.tracked import TrackerMemory
from animator.settings.animation import MAX_FRAMES, MOST_TRAILS

IMAGE_KEY = "picture"
"""Key of the last image in state files; never changes, so that older runs resume."""
TRACKED = "tracked."
"""Begins the keys of what the tracker of a mask remembers."""
_TRACKED_FRAME = f"{TRACKED}frame"
_MOST_TRACKED = 8
MAX_BYTES = (9 + 3 * MOST_TRAILS) * 4 * 8192 * 8192 + 64_000_000
"""Size of the largest state: two images, depth, two masks and trails of the largest film; what a network that
tracks remembers, and the header."""

_SHAPES: Mapping[str, tuple[int | str, ...]] = {
    IMAGE_KEY: (3, "height", "width"),
    "anchor": (3, "height", "width"),
    "depth": ("height", "width"),
    "faces": ("count", 5, 2),
    "revealed": ("height", "width"),
    "trails": ("count", 3, "height", "width"),
    "past": ("count", 3, "height", "width"),
}
"""The shapes of the tensors in a state file."""
_OF_ONE_SIZE = _SHAPES.keys() - {"faces", "past"}


@dataclass(frozen=True, eq=False)
class State:
    """The point from which rendering resumes.

    Attributes:
        next_frame: The first frame not rendered yet; always the first of a cadence group.
        image: The last emitted image (3, H, W); None before the first frame.
        anchor: The image whose colors the film keeps (3, H, W); None before the first frame.
        depth: The last depth estimate (H, W), larger = nearer; None if the motion needs none.
        faces: The landmarks of the faces restored last (n, 5, 2), (x, y) in pixels, on the CPU; None if there
            are none.
        revealed: (H, W), 1 where the image is only a fill of what came into view since the last generation;
            None for nowhere.
        trails: What each step of the output that remembers made of the last frame (n, 3, H, W); None if
            there are none.
        tracked: What the tracker of a mask remembers of the clip; None if none tracks anything yet.
        past: The film's images (n, 3, h, w), uint8, that its depth network sees besides the next one, in a
            size of its own; None if it sees one image at a time.
    """

    next_frame: int = 0
    image: Tensor | None = None
    anchor: Tensor | None = None
    depth: Tensor | None = None
    faces: Tensor | None = None
    revealed: Tensor | None = None
    trails: Tensor | None = None
    past: Tensor | None = None
    tracked: TrackerMemory | None = None

    @property
    def picture(self) -> Tensor | None:
        """Deprecated name of `image`."""
        warn_renamed("State.picture", "State.image")
        return self.image

    def to_bytes(self, anchor_name: str | None = None) -> bytes:
        """Returns this state as a safetensors file, bit for bit.

        Args:
            anchor_name: Where the anchor is kept, if the file is not to hold it.
        """
        optional = {
            IMAGE_KEY: self.image,
            "anchor": None if anchor_name else self.anchor,
            "depth": self.depth,
            "faces": self.faces,
            "revealed": self.revealed,
            "trails": self.trails,
            "past": self.past,
        }
        tensors = {name: _for_file(tensor) for name, tensor in optional.items() if tensor is not None}
        if self.tracked is not None:
            tensors |= _tracked_tensors(self.tracked)
        header = StateHeader(self.next_frame, anchor_name)
        return save(tensors, metadata={"state": header.to_text()})

    def check_size(self, size: tuple[int, int]) -> None:
        """Checks that the state belongs to a film of this width and height.

        Raises:
            ValueError: It has no image, or one of another size.
        """
        if self.next_frame > 0 and self.image is None:
            raise ValueError(f"has no image, though {self.next_frame} frames are finished")
        if self.image is not None and self.image.shape[-2:] != size[::-1]:
            shape = tuple(self.image.shape)
            raise ValueError(f"has images of shape {shape}; the film is {size[0]} x {size[1]}")

    @classmethod
    def from_bytes(cls, data: bytes, device: torch.device | str = "cpu") -> "State":
        """Returns the state that `to_bytes` wrote, without an anchor that is kept elsewhere.

        Args:
            data: The file, at most `MAX_BYTES`.
            device: Device of the images.

        Raises:
            ValueError: The bytes are not a complete state of this schema.
        """
        next_frame = StateHeader.of(data).next_frame
        try:
            tensors = load(data)
            _check_tensors(tensors)
        except (SafetensorError, ValueError) as error:
            raise ValueError(f"not a whole state file: {error}") from error
        tracked = _take_tracked(tensors)
        on_device = {
            name: tensor if name == "faces" else tensor.to(device) for name, tensor in tensors.items()
        }
        image = on_device.pop(IMAGE_KEY, None)
        return cls(next_frame, image, **on_device, tracked=tracked)


def _for_file(tensor: Tensor) -> Tensor:
    return to_host(tensor.detach()).contiguous().clone()


def _tracked_tensors(memory: TrackerMemory) -> dict[str, Tensor]:
    """Returns what a tracker remembers by the keys of state files."""
    named = {
        f"{TRACKED}{name}": to_host(tensor.detach()).contiguous().clone()
        for name, tensor in memory.tensors.items()
    }
    return {_TRACKED_FRAME: torch.tensor(memory.frame), **named}


def _take_tracked(tensors: dict[str, Tensor]) -> TrackerMemory | None:
    """Removes what a tracker remembers from the tensors of a state, and returns it; None if there is none."""
    named = {name: tensors.pop(name) for name in tuple(tensors) if name.startswith(TRACKED)}
    if not named:
        return None
    frame = int(named.pop(_TRACKED_FRAME))
    return TrackerMemory(frame, {name.removeprefix(TRACKED): tensor for name, tensor in named.items()})


def _check_tracked(tensors: Mapping[str, Tensor]) -> None:
    """Checks what a tracker remembers; its shapes are checked by the tracker.

    Raises:
        ValueError: It has no frame, too many tensors, or other values than floats.
    """
    named = {name: tensor for name, tensor in tensors.items() if name.startswith(TRACKED)}
    frame = named.pop(_TRACKED_FRAME, None)
    if frame is None or frame.shape != () or frame.dtype != torch.int64 or not 0 <= int(frame) < MAX_FRAMES:
        raise ValueError(f"has no {_TRACKED_FRAME}, though something is tracked")
    if len(named) > _MOST_TRACKED or not all(tensor.is_floating_point() for tensor in named.values()):
        raise ValueError(f"what its tracker remembers is not up to {_MOST_TRACKED} tensors of floats")


def _check_tensors(tensors: dict[str, Tensor]) -> None:
    """Checks the names and shapes of the tensors in a state.

    Raises:
        ValueError: A tensor is unknown, has another shape or is of another size than the others.
    """
    if any(name.startswith(TRACKED) for name in tensors):
        _check_tracked(tensors)
    for name, tensor in tensors.items():
        if name.startswith(TRACKED):
            continue
        if name not in _SHAPES:
            raise ValueError(f"has an unknown tensor {name!r:.40}; expected {', '.join(_SHAPES)}")
        shape = _SHAPES[name]
        fits = tensor.ndim == len(shape) and all(
            isinstance(expected, str) or size == expected
            for size, expected in zip(tensor.shape, shape, strict=True)
        )
        is_bytes = name == "past"
        if not fits or not (tensor.dtype == torch.uint8 if is_bytes else tensor.is_floating_point()):
            expected = f"{'bytes' if is_bytes else 'floats'} ({', '.join(map(str, shape))})"
            raise ValueError(f"{name} is {tensor.dtype} of shape {tuple(tensor.shape)}; expected {expected}")
    sizes = {tuple(tensor.shape[-2:]) for name, tensor in tensors.items() if name in _OF_ONE_SIZE}
    if len(sizes) > 1:
        raise ValueError(f"its images have different sizes: {sorted(sizes)}")
    if "faces" in tensors and not tensors["faces"].isfinite().all():
        raise ValueError("faces has values that are not finite")
