"""What flow-matching models cannot do, in words: `check_supported`."""

from animator.errors import ChangeSetting, ModelError
from animator.models.diffusion.checkpoints.flow_families import FlowFamily
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.flow_matching.controlnets import GUIDED
from animator.models.diffusion.prompts.conditioning import hypernetwork_strengths
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.samplers.registry import find_sampler, other_samplers, takes_any_sigmas


def check_supported(request: GenerationRequest, family: FlowFamily, name: str, library: Library) -> None:
    """Checks that a flow-matching model can do what a request asks for.

    Args:
        request: The request.
        family: The model's family.
        name: The model's name, for the message.
        library: Finds hypernetworks by name.

    Raises:
        ModelError: It cannot.
    """
    sampler = find_sampler(request.sampler)
    if not takes_any_sigmas(sampler):
        raise ModelError(
            f"sampler {request.sampler!r}: {other_samplers(name)}",
            ChangeSetting("diffusion.sampler", "Euler"),
        )
    wanted = {
        "tiling": bool(request.tiling),
        "reference_only": any(control.is_reference for control in request.controls),
        "a hypernetwork": bool(hypernetwork_strengths(request.prompt, library)),
        "a refiner": request.refiner is not None,
        "FreeU": request.freeu is not None,
        "deep shrink": request.deep_shrink is not None,
    }
    units = [control for control in request.controls if control.model and control.weight]
    if units:
        check_has_controlnets(family, name)
    if request.image_prompts:
        check_has_adapters(family, name)
    for unit in units:
        if unit.control_mode != "balanced":
            raise ModelError(
                f"the control mode {unit.control_mode} has no meaning for {family.title}, whose ControlNets "
                "act alike on all layers and prompts; use balanced"
            )
    for feature, is_requested in wanted.items():
        if is_requested:
            raise unsupported(feature, name)


def check_has_controlnets(family: FlowFamily, name: str) -> None:
    """Checks that a family has ControlNets.

    Raises:
        ModelError: It has none.
    """
    if family.key not in GUIDED:
        raise ModelError(
            f"a ControlNet: the model {name} does not support it; Stable Diffusion 1, 2, XL and 3 and Flux do"
        )


def check_has_adapters(family: FlowFamily, name: str) -> None:
    """Checks that a family has IP-Adapters.

    Raises:
        ModelError: It has none.
    """
    if family.key != "flux":
        raise ModelError(
            f"an IP-Adapter: the model {name} does not support it; Stable Diffusion 1, 2 and XL and Flux do"
        )


def unsupported(feature: str, name: str) -> ModelError:
    """Returns the error of a model that cannot do something."""
    return ModelError(f"{feature}: the model {name} does not support it; Stable Diffusion 1, 2 and XL do")
