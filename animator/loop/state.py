"""`State`: what the next frame needs from the last one, and its bytes on disk."""

import json
from dataclasses import dataclass

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from animator.core.deprecated import warn_renamed

SCHEMA = "animator.state.1"
IMAGE_KEY = "picture"
"""The name of the last image in state files; it stays, so that older runs resume."""


@dataclass(frozen=True, eq=False)
class State:
    """Where rendering goes on.

    Attributes:
        next_frame: The first frame not rendered yet; always the first of a cadence group.
        image: The last emitted image (3, H, W); None before the first frame.
        anchor: The image whose colors the film keeps (3, H, W); None before the first frame.
        depth: The last look's depth (H, W), larger = nearer; None where depth plays no part.
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
        """This state as a safetensors file, bit for bit."""
        tensors = {IMAGE_KEY: self.image, "anchor": self.anchor, "depth": self.depth}
        held = {name: t.detach().cpu().contiguous().clone() for name, t in tensors.items() if t is not None}
        return save(held, metadata={"state": json.dumps({"schema": SCHEMA, "next_frame": self.next_frame})})

    @classmethod
    def from_bytes(cls, data: bytes, device: torch.device | str = "cpu") -> "State":
        """The state that `to_bytes` wrote.

        Raises:
            ValueError: The bytes are not a whole state of this schema.
        """
        try:
            held = load(data)
            header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
            facts = json.loads(header["__metadata__"]["state"])
            schema, next_frame = facts["schema"], int(facts["next_frame"])
        except (SafetensorError, KeyError, ValueError, TypeError) as error:
            raise ValueError(f"not a whole state file: {error}") from error
        if schema != SCHEMA:
            raise ValueError(f"is of schema {schema}; this animator reads {SCHEMA}")
        image = held.pop(IMAGE_KEY, None)
        rest = {name: tensor.to(device) for name, tensor in held.items()}
        return cls(next_frame, None if image is None else image.to(device), **rest)
