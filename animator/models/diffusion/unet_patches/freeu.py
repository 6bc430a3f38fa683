"""Applies `FreeU` to a U-Net while it generates."""

from typing import Any

from animator.models.diffusion.tuning import FreeU


class FreeUPatch:
    """FreeU on diffusers' U-Net, which has the method built in."""

    def __init__(self, unet: Any, settings: FreeU) -> None:
        """Starts switched off."""
        self._unet = unet
        self._settings = settings

    def at(self, progress: float) -> None:
        """Switches it on or off for a step; see `UNetPatch`."""
        settings = self._settings
        if settings.start <= progress < settings.end:
            self._unet.enable_freeu(settings.s1, settings.s2, settings.b1, settings.b2)
        else:
            self._unet.disable_freeu()

    def remove(self) -> None:
        """Leaves the U-Net as it was."""
        self._unet.disable_freeu()
