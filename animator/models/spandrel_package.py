"""The package spandrel, which knows published networks from images to images; loads neither it nor torch."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from animator.errors import ModelError

EXTRA = "spandrel_extra_arches"
"""The package with those of spandrel's architectures whose licenses are restrictive, such as CodeFormer."""


@dataclass(frozen=True)
class NetworkUse:
    """What a network is wanted for, in the words of messages.

    Attributes:
        one: Such as `an upscaling network`.
        many: Such as `upscaling networks`.
        otherwise: What to do where the package is not wanted.
    """

    one: str
    many: str
    otherwise: str


def has_spandrel() -> bool:
    """Returns True if the package is installed."""
    return find_spec("spandrel") is not None


def check_spandrel(path: Path, use: NetworkUse) -> None:
    """Checks that the package is installed.

    Args:
        path: The file that it would read.
        use: What the network is wanted for.

    Raises:
        ModelError: It is not installed.
    """
    if not has_spandrel():
        raise ModelError(
            f"{path}: {use.many} need the package spandrel; install it with "
            f"pip install 'animator[upscale]', or {use.otherwise}"
        )
