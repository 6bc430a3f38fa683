"""/sdapi/v1/txt2img and img2img: images that a worker generates while the client waits."""

from typing import Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, HTTPException, Request

from animator.jobs.images.work import Faces, Generation
from animator.server.compat_errors import COMPAT_RESPONSES, Detail
from animator.server.context import Context, ServerContext
from animator.server.images.ask import make_images
from animator.server.images.request_files import RequestFiles, request_files
from animator.server.sdapi.answers import GenerationAnswer, generation_answer
from animator.server.sdapi.bodies import GenerationBody, Img2ImgBody, Txt2ImgBody
from animator.server.sdapi.control_units import unit_settings
from animator.server.sdapi.faces import faces_of
from animator.server.sdapi.settings import image_settings, text_settings
from animator.server.sdapi.web_ui_options import changed

RESPONSES: dict[int | str, dict[str, Any]] = {
    **COMPAT_RESPONSES,
    **{status: {"model": Detail} for status in (404, 429, 500, 503)},
}
"""Errors of requests that a worker answers."""
router = APIRouter(prefix="/sdapi/v1", tags=["sdapi"], responses=RESPONSES)


@router.post("/txt2img", operation_id="sdapi_txt2img", summary="Generate images from a prompt")
async def txt2img(body: Txt2ImgBody, context: Context, request: Request) -> GenerationAnswer:
    """Generates images and answers once they are finished, or interrupted; others wait meanwhile."""
    return await _generated(body, context, request)


@router.post("/img2img", operation_id="sdapi_img2img", summary="Generate images over another")
async def img2img(body: Img2ImgBody, context: Context, request: Request) -> GenerationAnswer:
    """Generates images over another, or inside of a mask; see txt2img."""
    if not body.init_images:
        raise HTTPException(404, "Init image not found")
    return await _generated(body, context, request)


async def _generated(body: GenerationBody, context: ServerContext, request: Request) -> GenerationAnswer:
    if body.script_name:
        raise HTTPException(422, f"Script '{body.script_name:.100}' not found")
    if body.override_settings and not body.override_settings_restore_afterwards:
        await run_sync(context.web_ui.change, body.override_settings)
    options = context.web_ui.values
    keep = (body.save_images or options.samples_save) and not body.do_not_save_samples
    faces = await run_sync(_faces, body, context) if body.restore_faces else None
    with request_files(context.options.request_files) as files:
        settings = await run_sync(_settings, body, context, files)
        work, name = Generation(settings, faces), body.force_task_id
        task = await make_images(context, request, work, keep=keep, name=name)
    return await run_sync(generation_answer, body, task)


def _faces(body: GenerationBody, context: ServerContext) -> Faces:
    options = changed(context.web_ui.values, body.override_settings)
    return faces_of(options.face_restoration_model, context, fidelity=options.code_former_weight)


def _settings(body: GenerationBody, context: ServerContext, files: RequestFiles) -> dict[str, Any]:
    if isinstance(body, Img2ImgBody):
        settings = image_settings(body, context, files)
    elif isinstance(body, Txt2ImgBody):
        settings = text_settings(body, context)
    else:
        raise TypeError(f"{type(body).__name__}: expected the body of a route")
    return {**settings, **unit_settings(body, files)}
