"""`DepthModelSpec`: describes a depth network: its files, preprocessing, architecture and key names.

Importing this module, or any module of specs, must not load torch: presets are validated without it. `build`
functions import what they need.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from animator.models.depth.preprocess import Preparation

if TYPE_CHECKING:
    from torch import nn

Output = Literal["inverse", "distance", "meters"]
Signature = tuple[str, tuple[int, ...] | None]


def _unchanged(key: str) -> str | None:
    return key


@dataclass(frozen=True)
class DepthModelSpec:
    """Description of a depth network.

    Attributes:
        name: Name in presets.
        files: File names of the weights; the first is the one that is downloaded.
        url: Download URL of the first file.
        preparation: Preprocessing of the official program.
        output: Output of the network: relative inverse depth (larger = nearer), or distances (smaller =
            nearer), relative ones or meters.
        signature: A key that only files of this network have, and its shape; None for any shape.
        build: Builds the network, whose weights are then replaced. It maps normalized images (N, 3, h, w) to
            (N, h, w).
        rename: Maps a key of the file to the network's, or to None if depth does not need it.
        aliases: Other names.
        license: License of the weights.
        window: Images of a film that the network sees at once; 1 for networks of single images. The network
            is then a `VideoDepthAnything`.
        sha256: SHA-256 of the first file, hexadecimal; empty where it is not known.
    """

    name: str
    files: tuple[str, ...]
    url: str
    preparation: Preparation
    output: Output
    signature: Signature
    build: Callable[[], nn.Module]
    rename: Callable[[str], str | None] = _unchanged
    aliases: tuple[str, ...] = ()
    license: str = "MIT"
    window: int = 1
    sha256: str = ""
