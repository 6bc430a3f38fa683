"""`DiffuserCache`: keeps open diffusers for films and images that come after, while there is memory."""

import gc
import re
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import torch

from animator.core.read import UnreadableError, read_text
from animator.errors import ModelError
from animator.loop.build.models import load_options
from animator.models.diffusion.checkpoints.find import find_checkpoint
from animator.models.diffusion.checkpoints.model_info import size_of
from animator.models.diffusion.controlnet.find import find_controlnet
from animator.models.diffusion.ip_adapter.find import find_adapter
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.plugin import find_plugin
from animator.models.diffusion.request import Diffuser
from animator.runs.open_model import OpenModel, check_film_models, open_model
from animator.settings import Animation

ModelKey = tuple[str, LoadOptions]
_Key = tuple[ModelKey, torch.device]
WORKING_BYTES = 2 * 10**9
"""Memory that generating takes besides the weights: some hundred MB at 512 x 512, more for larger images."""
_CPU_FACTOR = 2
"""A CPU computes in single precision, for which weights in half precision take twice their size on disk."""
_MEMINFO = Path("/proc/meminfo")
_MAX_MEMINFO_BYTES = 100_000
_AVAILABLE = re.compile(r"^MemAvailable: +(\d+) kB$", re.MULTILINE)


def model_key(animation: Animation) -> ModelKey:
    """Returns a key that is equal for films that can share an open model on any device."""
    return animation.model, load_options(animation)


def free_memory(device: torch.device) -> int | None:
    """Returns the free memory of a device in bytes; None where it is not known."""
    if device.type == "cuda":
        torch.cuda.empty_cache()  # what torch keeps for later is free, too
        return torch.cuda.mem_get_info(device)[0]
    if device.type != "cpu":
        return None
    try:
        available = _AVAILABLE.search(read_text(_MEMINFO, _MAX_MEMINFO_BYTES))
    except UnreadableError:  # not on this system
        return None
    return int(available[1]) * 1024 if available else None


def memory_needed(wanted: ModelKey, device: torch.device) -> int | None:
    """Returns about how many bytes a model takes on a device, by the sizes of its files.

    None where that is not known: for models of plug-ins and of the hub, and for missing ones.
    """
    model, options = wanted
    if find_plugin(model, options.library) is not None:
        return None
    try:
        found = [find_checkpoint(model, options.library)]
        found += [find_controlnet(name, options.library) for name in options.controlnets]
        found += [one for name in options.ip_adapters for one in find_adapter(name, options.library).files]
        size = sum(size_of(Path(checkpoint.location)) for checkpoint in found)
    except (ModelError, OSError):  # which opening it reports; a hub id is no path
        return None
    return size * (_CPU_FACTOR if device.type == "cpu" else 1)


def release_memory(device: torch.device) -> None:
    """Has the memory of models that nothing refers to any more given back to the device."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()


def _key_of(wanted: ModelKey, device: torch.device) -> _Key:
    model, options = wanted
    return (model, options.on(device)), device


class DiffuserCache:
    """Opens diffusers, and keeps them by model, load options and device; an `OpenModel` itself.

    Where memory is short, the least recently used ones are dropped before another is opened; where it is not
    known, one is kept. For one thread at a time.

    Args:
        opener: Opens diffusers.
        free: As `free_memory`.
        needed: As `memory_needed`.
    """

    def __init__(
        self,
        opener: OpenModel = open_model,
        free: Callable[[torch.device], int | None] = free_memory,
        needed: Callable[[ModelKey, torch.device], int | None] = memory_needed,
    ) -> None:
        self._opener = opener
        self._free = free
        self._needed = needed
        self._models: OrderedDict[_Key, Diffuser] = OrderedDict()

    def __call__(self, animation: Animation, device: torch.device) -> Diffuser:
        """Returns the diffuser of a film: the open one where it is the same; errors as the opener."""
        wanted = model_key(animation)
        if _key_of(wanted, device) in self._models:
            check_film_models(animation)
        return self.open(wanted, device, lambda: self._opener(animation, device))

    def open(self, wanted: ModelKey, device: torch.device, opener: Callable[[], Diffuser]) -> Diffuser:
        """Returns the diffuser of a model: the open one, or the one that a function opens; errors as that."""
        key = _key_of(wanted, device)
        if key in self._models:
            self._models.move_to_end(key)
            self._make_room(0, key)
        else:
            self._make_room(self._needed(wanted, device), key)
            self._models[key] = opener()
        return self._models[key]

    def drop(self) -> None:
        """Drops every model, and has its memory given back unless it is in use."""
        devices = {device for _, device in self._models}
        self._models.clear()
        for device in devices:
            release_memory(device)

    def _make_room(self, needed: int | None, wanted: _Key) -> None:
        """Drops models until there is memory for the wanted one, or no other is left on its device.

        Args:
            needed: Memory that it still needs for its weights, in bytes; None where that is not known.
            wanted: Its key.
        """
        device = wanted[1]
        for key in [key for key in self._models if key != wanted and key[1] == device]:
            free = self._free(device)
            if needed is not None and free is not None and free >= needed + WORKING_BYTES:
                return
            del self._models[key]
            release_memory(device)
