"""`LoadOptions`: options for finding, loading and running models."""

from dataclasses import dataclass, field
from typing import Literal

from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.request import Tiling


@dataclass(frozen=True)
class LoadOptions:
    """Options for finding, loading and running models, fixed for a film.

    Attributes:
        library: Finds models by name.
        vae: Another VAE: a file, a diffusers folder, or a name in the library; empty: the model's.
        architecture: A diffusers folder with the configs for single-file models; empty: detected.
        speed: "compiled" compiles the U-Net: minutes once, then faster on GPUs; "auto" is "eager".
        tiling: True generates every image as a seamless tile; "x" or "y", seamless along one axis.
        controlnets: Names of the ControlNets that the film uses; loaded with its model.
        memory: "low" trades speed for memory: text encoders on the CPU, one prompt at a time, tiled VAE.
    """

    library: Library = field(default_factory=Library)
    vae: str = ""
    architecture: str = ""
    tiling: Tiling = False
    speed: Literal["auto", "eager", "compiled"] = "auto"
    memory: Literal["auto", "low"] = "auto"
    controlnets: tuple[str, ...] = ()
