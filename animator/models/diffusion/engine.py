"""`Engine`: one loaded model that generates images."""

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor

from animator.models.diffusion.ip_adapter.name import AdapterName
from animator.models.diffusion.load_options import Precision
from animator.models.diffusion.request import GenerationRequest


class Engine(Protocol):
    """A loaded model; `StableDiffuser` keeps one per checkpoint.

    Attributes:
        precision: The one that it was given; never "auto".
    """

    precision: Precision

    def generate(self, request: GenerationRequest) -> Tensor:
        """Returns the generated image (3, H, W), float32, not clamped; may contain NaN."""

    def generate_batch(self, requests: Sequence[GenerationRequest]) -> list[Tensor]:
        """Returns the generated image of each request, as `generate`; together where they are of one form."""

    def steps_run(self, request: GenerationRequest) -> int:
        """Returns the number of steps that a request runs."""

    def generate_latent(self, request: GenerationRequest) -> Tensor:
        """Returns the latent (1, C, h, w) of the image that `generate` returns."""

    def encode(self, image: Tensor) -> Tensor:
        """Returns the latent (1, C, h, w) of an image (3, H, W) of any size."""

    def decode(self, latent: Tensor, size: tuple[int, int]) -> Tensor:
        """Returns the image (3, H, W) of a latent, of this width and height, not clamped."""

    def to(self, device: torch.device) -> None:
        """Moves the model to a device."""

    def upcast_vae(self) -> bool:
        """Has the VAE compute in single precision; False where it does already."""

    def guide(self, controlnets: Sequence[str], ip_adapters: Sequence[AdapterName] = ()) -> None:
        """Loads ControlNets and IP-Adapters before the first generation.

        Raises:
            ModelError: One is missing, broken or made for another base, or the model supports none.
        """
