"""`LoadOptions`: options for finding, loading and running models."""

from dataclasses import dataclass, field, replace
from typing import Literal

import torch

from animator.models.device import has_bfloat16
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.checkpoints.parts import Rest
from animator.models.diffusion.ip_adapter.name import AdapterName
from animator.models.diffusion.request import Tiling

Precision = Literal["auto", "fp32", "fp16", "bf16", "vae-bf16"]
"""Precision of a model: of all its networks, or bfloat16 for the VAE alone."""


@dataclass(frozen=True)
class LoadOptions:
    """Options for finding, loading and running models, fixed for a film.

    Attributes:
        library: Finds models by name.
        vae: Another VAE: a file, a diffusers folder, or a name in the library; empty: the model's.
        architecture: A diffusers folder with the configs for single-file models; empty: detected.
        parts: Diffusers folder with the rest of a model whose file holds its network alone; empty: searched.
        text_encoders: Files that replace text encoders of such a folder.
        speed: "compiled" compiles the U-Net: minutes once, then faster on GPUs; "auto" is "eager".
        tiling: True generates every image as a seamless tile; "x" or "y", seamless along one axis.
        precision: Of the weights and of what is computed; see `precision.usual_precision` for "auto".
        measured_at: Size of images for which "auto" is measured on a CPU with bfloat16; None: it is not.
        controlnets: Names of the ControlNets that the film uses; loaded with its model.
        ip_adapters: The IP-Adapters that the film uses; loaded with its model.
        loads_small: True to load a U-Net in the precision asked for on a CPU, too, for less memory.
        memory: "low" trades speed for memory: text encoders on the CPU, one prompt at a time, tiled VAE.
    """

    library: Library = field(default_factory=Library)
    vae: str = ""
    architecture: str = ""
    parts: str = ""
    text_encoders: tuple[str, ...] = ()
    tiling: Tiling = False
    speed: Literal["auto", "eager", "compiled"] = "auto"
    memory: Literal["auto", "low"] = "auto"
    precision: Precision = "auto"
    measured_at: tuple[int, int] | None = None
    loads_small: bool = False
    controlnets: tuple[str, ...] = ()
    ip_adapters: tuple[AdapterName, ...] = ()

    @property
    def rest(self) -> Rest:
        """What was named for the rest of a model whose file holds its network alone."""
        return Rest(self.parts, self.text_encoders, self.vae)

    def on(self, device: torch.device) -> "LoadOptions":
        """Returns the options as they act on a device: equal where it runs the same model."""
        if self.measured_at is None or (device.type == "cpu" and has_bfloat16()):
            return self
        return replace(self, measured_at=None)
