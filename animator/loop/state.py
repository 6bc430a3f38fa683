"""`State`: what the next frame needs from the last one, and its file format."""

import json
from dataclasses import dataclass

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from animator.core.deprecated import warn_renamed

SCHEMA = "animator.state.1"
IMAGE_KEY = "picture"
"""Key of the last image in state files; never changes, so that older runs resume."""


@dataclass(frozen=True, eq=False)
class State:
    """The point from which rendering resumes.

    Attributes:
        next_frame: The first frame not rendered yet; always the first of a cadence group.
        image: The last emitted image (3, H, W); None before the first frame.
        anchor: The image whose colors the film keeps (3, H, W); None before the first frame.
        depth: The last depth estimate (H, W), larger = nearer; None if the motion needs none.
    """

    next_frame: int = 0
    image: Tensor | None = None
    anchor: Tensor | None = None
    depth: Tensor | None = None

    @property
    def picture(self) -> Tensor | None:
        """Deprecated name of `image`."""
        warn_renamed("State.picture", "State.image")
        return self.image

    def to_bytes(self) -> bytes:
        """Returns this state as a safetensors file, bit for bit."""
        optional = {IMAGE_KEY: self.image, "anchor": self.anchor, "depth": self.depth}
        tensors = {
            name: tensor.detach().cpu().contiguous().clone()
            for name, tensor in optional.items()
            if tensor is not None
        }
        header = json.dumps({"schema": SCHEMA, "next_frame": self.next_frame})
        return save(tensors, metadata={"state": header})

    @classmethod
    def from_bytes(cls, data: bytes, device: torch.device | str = "cpu") -> "State":
        """Returns the state that `to_bytes` wrote.

        Raises:
            ValueError: The bytes are not a complete state of this schema.
        """
        try:
            tensors = load(data)
            header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
            fields = json.loads(header["__metadata__"]["state"])
            schema, next_frame = fields["schema"], int(fields["next_frame"])
        except (SafetensorError, KeyError, ValueError, TypeError) as error:
            raise ValueError(f"not a whole state file: {error}") from error
        if schema != SCHEMA:
            raise ValueError(f"has schema {schema}, expected {SCHEMA}")
        on_device = {name: tensor.to(device) for name, tensor in tensors.items()}
        image = on_device.pop(IMAGE_KEY, None)
        return cls(next_frame, image, **on_device)
