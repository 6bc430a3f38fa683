"""The diffuser of images: how it is loaded, and when another one has to be."""

import torch

from animator.generation.groups import ImageAdapter
from animator.generation.resolve import library_of
from animator.generation.settings import ImageSettings
from animator.models.diffusion.ip_adapter.name import AdapterName
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.request import Diffuser
from animator.models.diffusion.stable import open_diffuser


def load_options(settings: ImageSettings) -> LoadOptions:
    """Returns the load options of the settings' model."""
    return LoadOptions(
        library=library_of(settings.model_folders),
        vae=settings.vae,
        parts=settings.parts,
        text_encoders=settings.text_encoders,
        memory=settings.memory,
        controlnets=tuple(dict.fromkeys(unit.model for unit in settings.controlnet if not unit.is_reference)),
        ip_adapters=tuple(dict.fromkeys(map(adapter_name, settings.ip_adapter))),
    )


def adapter_name(unit: ImageAdapter) -> AdapterName:
    """Returns the adapter of a unit."""
    return AdapterName(unit.model, unit.encoder)


def open_model(settings: ImageSettings, device: torch.device | str = "auto") -> Diffuser:
    """Opens the diffuser of settings.

    Raises:
        UserError: The model or the device is not available.
    """
    return open_diffuser(settings.model, device, load_options(settings))


class OpenModels:
    """Opens diffusers, and keeps the last one for settings that need the same."""

    def __init__(self, device: torch.device | str) -> None:
        """Starts without one; `device` generates."""
        self._device = device
        self._key: object = None
        self._diffuser: Diffuser | None = None

    def open(self, settings: ImageSettings) -> Diffuser:
        """Returns the diffuser of settings; errors as `open_model`."""
        options = load_options(settings)
        key = settings.model, options
        if self._diffuser is None or key != self._key:
            self._diffuser = None  # its memory is free before the next one is loaded
            self._diffuser, self._key = open_model(settings, self._device), key
        return self._diffuser
