"""/sdapi/v1/cmd-flags: how the server was started, as far as clients ask for it."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from animator.models.device import choose_device
from animator.server.compat_errors import COMPAT_RESPONSES
from animator.server.context import Context
from animator.server.options import is_loopback

router = APIRouter(prefix="/sdapi/v1", tags=["sdapi"], responses=COMPAT_RESPONSES)


class CmdFlags(BaseModel):
    """Options of the server, by A1111's names."""

    use_cpu: list[str] = Field(description="`all` where films are rendered on the CPU; empty otherwise.")
    listen: bool = Field(description="Other machines can reach the server.")
    port: int
    api: bool = True
    deforum_api: bool = True
    deforum_simple_api: bool = True


@router.get("/cmd-flags", operation_id="sdapi_get_cmd_flags", summary="How the server was started")
def get_cmd_flags(context: Context) -> CmdFlags:
    """Returns options of the server."""
    options = context.options
    on_cpu = choose_device(options.device).type == "cpu"
    return CmdFlags(
        use_cpu=["all"] if on_cpu else [], listen=not is_loopback(options.host), port=options.port
    )
