"""The built-in model, small enough to ship, so that everything works offline."""

from importlib import resources
from pathlib import Path


def model_folder() -> Path:
    """Returns the diffusers folder of the built-in diffusion model."""
    return Path(str(resources.files(__name__).joinpath("model")))
