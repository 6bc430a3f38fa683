"""Models of the diffusion package, opened for tests that look inside."""

import torch

from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.stable import StableDiffuser, open_diffuser


def open_stable(model: str, device: torch.device, options: LoadOptions | None = None) -> StableDiffuser:
    """The diffuser of a model that no other package offers; see `open_diffuser`."""
    diffuser = open_diffuser(model, device, options or LoadOptions())
    assert isinstance(diffuser, StableDiffuser)
    return diffuser
