"""`Options`: how models are found, loaded and run; the same for a whole film."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from animator.diffusion.library import Library
from animator.model_folders import folders_of

if TYPE_CHECKING:
    from animator.config import Animation


@dataclass(frozen=True)
class Options:
    """How models are found, loaded and run.

    Attributes:
        library: Where names are looked up.
        vae: Another VAE: a file, a diffusers folder, or a name in the library; empty: the checkpoint's own.
        architecture: A diffusers folder whose JSON describes single-file models; empty: told from the file.
        speed: "compiled" compiles the U-Net, which takes minutes once and pays on GPUs; "auto" is "eager".
        tiling: True draws every picture so that it tiles.
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

    @classmethod
    def of(cls, animation: "Animation", *, allow_pickle: bool = False) -> "Options":
        """The options that a film's settings give."""
        settings = animation.diffusion
        return cls(
            library=Library(folders_of(animation), allow_pickle),
            vae=settings.vae,
            architecture=settings.architecture,
            tiling=settings.tiling,
            speed=settings.speed,
            memory=settings.memory,
            controlnets=tuple(dict.fromkeys(unit.model for unit in animation.controlnet if unit.enabled)),
        )
