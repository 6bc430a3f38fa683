"""`LoadOptions`: how models are found, loaded and run; the same for a whole film."""

from dataclasses import dataclass, field
from typing import Literal

from animator.models.diffusion.checkpoints.library import Library


@dataclass(frozen=True)
class LoadOptions:
    """How models are found, loaded and run.

    Attributes:
        library: Where names are looked up.
        vae: Another VAE: a file, a diffusers folder, or a name in the library; empty: the checkpoint's own.
        architecture: A diffusers folder whose JSON describes single-file models; empty: told from the file.
        speed: "compiled" compiles the U-Net, which takes minutes once and pays on GPUs; "auto" is "eager".
        tiling: True draws every image so that it tiles.
        controlnets: Names of the ControlNets that the film uses; loaded with its model.
        memory: "low" trades speed for memory: text encoders on the CPU, one prompt at a time, VAE in tiles.
    """

    library: Library = field(default_factory=Library)
    vae: str = ""
    architecture: str = ""
    tiling: bool = False
    speed: Literal["auto", "eager", "compiled"] = "auto"
    memory: Literal["auto", "low"] = "auto"
    controlnets: tuple[str, ...] = ()
