"""The samplers that settings may name."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from animator.core import plugins
from animator.models.diffusion.samplers.registry import METHODS, PLUGINS, SCHEDULE_TYPES
from animator.server.problems import problem_responses

router = APIRouter(prefix="/api/v1", tags=["catalog"])


class SamplerView(BaseModel):
    """A sampler."""

    name: str
    aliases: list[str] = Field(description="Other names for it.")
    schedule_type: str = Field(
        description="The spacing of its noise levels, where its name has none after it."
    )
    from_plugin: bool = Field(description="True for one of an installed package.")


class SamplerList(BaseModel):
    """The samplers, and the schedule types that may follow the name of each."""

    samplers: list[SamplerView]
    schedule_types: list[str] = Field(description="Such as `Karras` in `DPM++ 2M Karras`.")


@router.get("/samplers", operation_id="list_samplers", responses=problem_responses(), summary="List samplers")
def list_samplers() -> SamplerList:
    """Lists the values of `diffusion.sampler`."""
    built_in = [
        SamplerView(
            name=method.name,
            aliases=list(method.aliases),
            schedule_type=method.schedule_type,
            from_plugin=False,
        )
        for method in METHODS.values()
    ]
    added = [
        SamplerView(name=name, aliases=[], schedule_type="", from_plugin=True)
        for name in plugins.names(PLUGINS)
    ]
    return SamplerList(samplers=built_in + added, schedule_types=list(SCHEDULE_TYPES))
