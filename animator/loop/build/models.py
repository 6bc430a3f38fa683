"""Load options of a film's models, and a check that their files exist."""

from collections.abc import Iterable
from pathlib import Path

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.find import Checkpoint, find_checkpoint
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.controlnet.find import find_controlnet
from animator.models.diffusion.ip_adapter.find import find_adapter
from animator.models.diffusion.ip_adapter.name import AdapterName
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.prompts.conditioning import hypernetwork_strengths, lora_weights
from animator.models.folders import model_folders
from animator.models.permitted import check_model_readable, check_readable
from animator.settings import Animation
from animator.timeline.plan import Plan

MEASURED_FRAMES = 64
"""Films of this many frames and more have the precision measured; that takes about as long as two frames."""
MEASURED_PIXELS = 256 * 256
"""So do frames of this many pixels and more; smaller ones gain little."""


def folders_of(animation: Animation) -> tuple[Path, ...]:
    """Returns the folders in which a film's models are looked up by name."""
    return model_folders(animation.diffusion.model_folders)


def load_options(animation: Animation) -> LoadOptions:
    """Returns the load options of a film's diffusion model."""
    settings = animation.diffusion
    return LoadOptions(
        library=Library(folders_of(animation)),
        vae=settings.vae,
        architecture=settings.architecture,
        parts=settings.parts,
        text_encoders=settings.text_encoders,
        tiling=settings.tiling,
        speed=settings.speed,
        precision=settings.precision,
        measured_at=animation.size if _is_long(animation) and settings.precision == "auto" else None,
        memory=settings.memory,
        controlnets=tuple(
            dict.fromkeys(
                unit.model for unit in animation.controlnet if unit.enabled and not unit.is_reference
            )
        ),
        ip_adapters=tuple(
            dict.fromkeys(
                AdapterName(unit.model, unit.encoder) for unit in animation.ip_adapter if unit.enabled
            )
        ),
    )


def _is_long(animation: Animation) -> bool:
    """Returns True for films that save more by a faster precision than measuring it costs."""
    width, height = animation.size
    return animation.frames >= MEASURED_FRAMES and width * height >= MEASURED_PIXELS


def check_models(plans: Iterable[Plan], options: LoadOptions) -> None:
    """Checks that a film's checkpoints, ControlNets, IP-Adapters and LoRA files may be read; loads none.

    Args:
        plans: Of all frames.
        options: From `load_options`.

    Raises:
        ModelError: The first that does not exist or may not be read; the message names the frame.
    """
    for name in options.controlnets:
        check_permitted(find_controlnet(name, options.library))
    for adapter in options.ip_adapters:
        find_adapter(adapter, options.library)
    seen: set[object] = set()
    for plan in plans:
        try:
            for name in {plan.diffusion.checkpoint, plan.diffusion.refiner} - seen - {""}:
                check_permitted(find_checkpoint(name, options.library))
            if plan.prompt not in seen:
                lora_weights(plan.prompt, options.library)
                for path, _ in hypernetwork_strengths(plan.prompt, options.library):
                    check_readable(path)
        except ModelError as error:
            raise ModelError(f"frame {plan.frame}: {error}") from error
        seen |= {plan.diffusion.checkpoint, plan.diffusion.refiner, plan.prompt}


def check_permitted(checkpoint: Checkpoint) -> None:
    """Checks that a checkpoint's file may be read; see `check_model_readable`."""
    if checkpoint.kind == "file":
        check_model_readable(Path(checkpoint.location))
