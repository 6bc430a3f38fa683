"""Sends the videos of motion previews."""

from pathlib import Path as FolderPath
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from animator.server.context import Context
from animator.server.files.file_answer import answer_file
from animator.server.files.run_file import open_run_file
from animator.studio.film.render.motion import FOLDER, VIDEO

router = APIRouter(include_in_schema=False)


def preview_url(name: str) -> str:
    """Returns the URL of a preview."""
    return f"/studio/previews/{name}/{VIDEO}"


@router.get(f"/studio/previews/{{name}}/{VIDEO}")
def get_motion_preview(
    name: Annotated[str, Path(pattern="^[0-9a-f]{16}$")], context: Context, request: Request
) -> Response:
    """Sends the video of a preview, whole or in parts."""
    folder: FolderPath = context.options.renders / FOLDER / name
    return answer_file(request, open_run_file(folder, VIDEO), VIDEO)
