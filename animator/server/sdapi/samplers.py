"""/sdapi/v1/samplers and schedulers, and the sampler that a request names."""

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, Field

from animator.core import plugins
from animator.errors import ModelError
from animator.models.diffusion.samplers.registry import (
    METHODS,
    PLUGINS,
    SCHEDULE_TYPES,
    find_sampler,
    split_sampler,
)
from animator.server.compat_errors import COMPAT_RESPONSES

router = APIRouter(prefix="/sdapi/v1", tags=["sdapi"], responses=COMPAT_RESPONSES)
AUTOMATIC = "automatic"


class SdSampler(BaseModel):
    """A sampler."""

    name: str
    aliases: list[str]
    options: dict[str, str] = Field({}, description="Always empty.")


class SdScheduler(BaseModel):
    """A spacing of noise levels."""

    name: str
    label: str
    aliases: list[str] = []
    default_rho: float = -1
    need_inner_model: bool = False


@router.get("/samplers", operation_id="sdapi_list_samplers", summary="List samplers")
def list_samplers() -> list[SdSampler]:
    """Lists the samplers of `sampler_name`."""
    built_in = [
        SdSampler(name=name, aliases=[_web_ui_alias(name), *method.aliases])
        for name, method in METHODS.items()
    ]
    return built_in + [SdSampler(name=name, aliases=[]) for name in plugins.names(PLUGINS)]


@router.get("/schedulers", operation_id="sdapi_list_schedulers", summary="List spacings of noise levels")
def list_schedulers() -> list[SdScheduler]:
    """Lists the spacings of `scheduler`."""
    return [SdScheduler(name=name, label=label) for name, label in _schedulers().items()]


def sampler_of(name: str, scheduler: str) -> str:
    """Returns the sampler of a request, as the setting `sampler` has it.

    Args:
        name: A1111's name, an alias such as `k_euler_a`, or the old form with the spacing behind it.
        scheduler: Name or label of the spacing; the sampler's own where it is empty or automatic.

    Raises:
        HTTPException: 404, with the words that clients look for.
    """
    if not scheduler or scheduler.lower() == AUTOMATIC:
        return _known(name)
    labels = {key: label for known, label in _schedulers().items() for key in (known, label.lower())}
    label = labels.get(scheduler.lower())
    if label is None:
        raise HTTPException(404, f"Scheduler not found: {scheduler!r:.100}; /sdapi/v1/schedulers lists them")
    return _known(f"{split_sampler(_known(name))[0]} {label}")


def _known(name: str) -> str:
    """Returns a sampler's name as settings spell it, with the spacing that is not its own."""
    for spelling in (name, name.lower().removeprefix("k_").replace("dpmpp", "dpm++")):
        try:
            found = find_sampler(spelling)
        except ModelError:
            continue
        own = METHODS.get(found.name)
        is_own = own is None or own.schedule_type == found.schedule_type
        return found.name if is_own else f"{found.name} {found.schedule_type}"
    raise HTTPException(404, f"Sampler not found: {name!r:.100}; /sdapi/v1/samplers lists them")


def _schedulers() -> dict[str, str]:
    """Returns the label of each spacing by its name."""
    return {AUTOMATIC: "Automatic"} | {label.lower().replace(" ", "_"): label for label in SCHEDULE_TYPES}


def _web_ui_alias(name: str) -> str:
    return "k_" + name.lower().replace("dpm++", "dpmpp").replace(" ", "_")
