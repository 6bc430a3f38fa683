"""/sdapi/v1/options: options that stay from one request to the next."""

from typing import Any

from fastapi import APIRouter
from pydantic import ConfigDict

from animator.server.compat_errors import COMPAT_RESPONSES, Detail
from animator.server.context import Context
from animator.server.json_value import JsonObject
from animator.server.sdapi.models import checkpoints, find_checkpoint
from animator.server.sdapi.web_ui_options import WebUiValues

router = APIRouter(prefix="/sdapi/v1", tags=["sdapi"], responses=COMPAT_RESPONSES)


class SdOptions(WebUiValues):
    """The options in force."""

    model_config = ConfigDict(frozen=True, protected_namespaces=())

    sd_checkpoint_hash: str = ""


@router.get("/options", operation_id="sdapi_get_options", summary="Get options")
def get_options(context: Context) -> SdOptions:
    """Returns the options of A1111's web UI that act here."""
    values = context.web_ui.values
    entries = [entry for entry in checkpoints(context) if entry.name == values.sd_model_checkpoint]
    known = context.model_hashes.get(entries[0].path) if entries else None
    return SdOptions(**values.model_dump(), sd_checkpoint_hash=known or "")


@router.post(
    "/options",
    operation_id="sdapi_set_options",
    responses={404: {"model": Detail}},
    summary="Change options",
)
def set_options(changes: JsonObject, context: Context) -> None:
    """Changes options for later requests; they are kept. Those that do not act here are ignored."""
    given: dict[str, Any] = dict(changes)
    title = given.get("sd_model_checkpoint")
    if isinstance(title, str):
        given["sd_model_checkpoint"] = find_checkpoint(title, context)
    context.web_ui.change(given)
