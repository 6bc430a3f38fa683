"""Checks the ControlNet and IP-Adapter units of images; no model is opened."""

from collections.abc import Iterator
from itertools import chain

from animator.generation.models import adapter_name
from animator.generation.settings import ImageSettings
from animator.models.controlnet.preprocessors.kinds import modules_of_depth
from animator.models.controlnet.preprocessors.networks import network_settings
from animator.models.depth.weights import weights_files
from animator.models.diffusion.checkpoints import usable
from animator.models.diffusion.checkpoints.control_tasks import task_of_module
from animator.models.diffusion.checkpoints.library import Library
from animator.models.permitted import check_readable
from animator.models.pretrained.find import find_network
from animator.settings.choices import OFF
from animator.settings.problems import Problems


def unit_images(settings: ImageSettings) -> Iterator[tuple[str, str]]:
    """Yields the images that units name, each with its setting."""
    named: dict[str, str] = {}
    for index, unit in enumerate(settings.controlnet):
        named |= {f"controlnet.{index}.image": unit.image, f"controlnet.{index}.mask": unit.mask}
    for index, adapter in enumerate(settings.ip_adapter):
        named |= {f"ip_adapter.{index}.images.{number}": path for number, path in enumerate(adapter.images)}
        named[f"ip_adapter.{index}.mask"] = adapter.mask
    yield from ((setting, path) for setting, path in named.items() if path)


def check_unit_inputs(settings: ImageSettings, library: Library, problems: Problems) -> None:
    """Checks that each unit has an image, and a preprocessor its networks.

    Args:
        settings: The settings.
        library: The model folders.
        problems: Collects what is wrong.
    """
    images = chain(
        ((f"controlnet.{index}.image", unit.image) for index, unit in enumerate(settings.controlnet)),
        ((f"ip_adapter.{index}.images", unit.images) for index, unit in enumerate(settings.ip_adapter)),
    )
    for setting, named in images:
        if not (named or settings.init.image):
            problems.add(setting, "is empty; give it, or init.image")
    for index, unit in enumerate(settings.controlnet):
        for name, kind in network_settings(unit.module).items():
            with problems.at(f"controlnet.{index}.{name}"):
                find_network(kind, getattr(unit, name), library)
    if any(unit.module in modules_of_depth() for unit in settings.controlnet):
        with problems.at("depth_model"):
            for file in weights_files(settings.depth_model, library.folders):
                check_readable(file)


def check_units(settings: ImageSettings, library: Library, models: usable.Models, problems: Problems) -> None:
    """Checks ControlNets and IP-Adapters against the models.

    Args:
        settings: The settings.
        library: The model folders.
        models: Those that generate.
        problems: Collects what is wrong.
    """
    for index, unit in enumerate(settings.controlnet):
        if not unit.is_reference:
            with problems.at(f"controlnet.{index}.model"):
                task = task_of_module(unit.module) if unit.task == OFF else unit.task
                usable.check_controlnet(unit.model, library, models, task)
        elif any(facts.is_transformer for facts in models.values()):
            problems.add(
                f"controlnet.{index}.module",
                f"is {unit.module}; this model does not support it; Stable Diffusion 1, 2 and XL do",
            )
    for index, adapter in enumerate(settings.ip_adapter):
        with problems.at(f"ip_adapter.{index}.model"):
            usable.check_ip_adapter(adapter_name(adapter), library, models)
