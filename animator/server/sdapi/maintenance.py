"""/sdapi/v1: memory, scripts, refreshing of lists, unloading of models, and what is not there."""

from typing import Any

import torch
from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, Field

from animator.jobs.images.work import DropModels
from animator.models.device import choose_device
from animator.runs.model_cache import free_memory
from animator.server.compat_errors import COMPAT_RESPONSES, Detail
from animator.server.context import Context
from animator.server.images.ask import make_images

router = APIRouter(prefix="/sdapi/v1", tags=["sdapi"], responses=COMPAT_RESPONSES)
_WAITS: dict[int | str, dict[str, Any]] = {status: {"model": Detail} for status in (429, 500, 503)}


class Memory(BaseModel):
    """Memory, in bytes."""

    ram: dict[str, int | str] = Field(description="`free` of the machine.")
    cuda: dict[str, Any] = Field(description="`system` with `free`, `used` and `total` of the GPU.")


class ScriptLists(BaseModel):
    """Scripts by what they are for."""

    txt2img: list[str]
    img2img: list[str]


class ScriptInfo(BaseModel):
    """A script."""

    name: str
    is_alwayson: bool
    is_img2img: bool
    args: list[dict[str, Any]]


class InterrogateBody(BaseModel):
    """An image to describe."""

    image: str = ""
    model: str = "clip"


class Caption(BaseModel):
    """What an image shows."""

    caption: str


@router.get("/memory", operation_id="sdapi_get_memory", summary="Free memory")
def get_memory(context: Context) -> Memory:
    """Returns the memory of the machine, and of the GPU where there is one."""
    device = choose_device(context.options.device)
    free = free_memory(torch.device("cpu"))
    ram: dict[str, int | str] = {"error": "unknown on this system"} if free is None else {"free": free}
    if device.type != "cuda":
        return Memory(ram=ram, cuda={"error": "no GPU is used"})
    available, total = torch.cuda.mem_get_info(device)
    system = {"free": available, "used": total - available, "total": total}
    return Memory(ram=ram, cuda={"system": system})


@router.get("/scripts", operation_id="sdapi_list_scripts", summary="List scripts")
def list_scripts() -> ScriptLists:
    """Lists what `alwayson_scripts` takes; `script_name` takes nothing."""
    return ScriptLists(txt2img=["controlnet"], img2img=["controlnet"])


@router.get("/script-info", operation_id="sdapi_list_script_info", summary="Describe scripts")
def list_script_info() -> list[ScriptInfo]:
    """Lists scripts and their arguments; those of ControlNet are units, as its extension takes them."""
    return [
        ScriptInfo(name="controlnet", is_alwayson=True, is_img2img=is_img2img, args=[])
        for is_img2img in (False, True)
    ]


@router.post("/refresh-checkpoints", operation_id="sdapi_refresh_models", summary="Look for models")
@router.post("/refresh-vae", operation_id="sdapi_refresh_vaes", summary="Look for VAEs")
@router.post("/refresh-loras", operation_id="sdapi_refresh_loras", summary="Look for LoRA files")
@router.post("/refresh-embeddings", operation_id="sdapi_refresh_embeddings", summary="Look for embeddings")
@router.post("/reload-checkpoint", operation_id="sdapi_reload_model", summary="Load the model again")
def refresh() -> None:
    """Has nothing to do: every list is read anew, and a model is loaded when a request needs it."""


@router.post(
    "/unload-checkpoint",
    operation_id="sdapi_unload_model",
    responses=_WAITS,
    summary="Drop models from memory",
)
async def unload_model(context: Context, request: Request) -> None:
    """Has a worker drop the models that it keeps; those of a film that renders stay."""
    await make_images(context, request, DropModels())


@router.post(
    "/interrogate",
    operation_id="sdapi_interrogate",
    responses={404: {"model": Detail}},
    summary="Describe an image",
)
def interrogate(body: InterrogateBody) -> Caption:
    """Fails, as there is no model here that describes images."""
    if not body.image:
        raise HTTPException(404, "Image not found")
    raise HTTPException(404, "Model not found: there is no model here that describes images")
