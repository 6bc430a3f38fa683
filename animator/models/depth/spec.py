"""`DepthModelSpec`: all that there is to say about a depth network, in one place.

Nothing here loads torch, nor may a module of specs while it is imported: presets are checked without it. What
`build` needs is imported inside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from animator.models.depth.preprocess import Preparation

if TYPE_CHECKING:
    from torch import nn

Output = Literal["inverse", "meters"]
Signature = tuple[str, tuple[int, ...] | None]


def _as_it_is(key: str) -> str | None:
    return key


@dataclass(frozen=True)
class DepthModelSpec:
    """One network that can be opened.

    Attributes:
        name: What presets call it.
        files: Names that its file goes by; the first is the one that is downloaded.
        url: Where the first file is published.
        preparation: How its own program treats an image.
        output: What the network puts out: relative inverse depth (larger = nearer) or meters (smaller =
            nearer).
        signature: An entry of the file, and its shape, that no other layout has; None for any shape.
        build: Makes the network; its weights are overwritten. It maps normalized images (N, 3, h, w) to
            (N, h, w).
        rename: From a key of the file to the network's own, or to None for what depth does not need.
        aliases: Other names for it.
        license: Of the weights.
    """

    name: str
    files: tuple[str, ...]
    url: str
    preparation: Preparation
    output: Output
    signature: Signature
    build: Callable[[], nn.Module]
    rename: Callable[[str], str | None] = _as_it_is
    aliases: tuple[str, ...] = ()
    license: str = "MIT"
