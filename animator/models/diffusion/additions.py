"""`added_to`: what a U-Net reads besides the text, hooked in for some generations."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypedDict

from animator.models.diffusion.controlnet.lllite import Lite
from animator.models.diffusion.controlnet.steering import Steer, steering
from animator.models.diffusion.ip_adapter.attention import Layers, Show, attending
from animator.models.diffusion.reference import Refer, referring


class Additions(TypedDict):
    """Arguments of a `Denoiser`: what sets what the U-Net's next call reads."""

    show: Show
    refer: Refer
    steer: Steer


@contextmanager
def added_to(
    unet: Any, adapters: Sequence[Layers], lites: Sequence[Lite], *, has_references: bool
) -> Iterator[Additions]:
    """Hooks into a U-Net within a `with` block.

    Args:
        unet: The U-Net.
        adapters: The layers of each IP-Adapter.
        lites: The networks that change layers.
        has_references: True where it refers to images.
    """
    with (
        attending(unet, adapters) as show,
        referring(unet, has_references=has_references) as refer,
        steering(unet, lites) as steer,
    ):
        yield {"show": show, "refer": refer, "steer": steer}
