"""The application: every route, and what stands before them."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI
from starlette.middleware.cors import CORSMiddleware

from animator import __version__
from animator.gallery.gallery import Gallery
from animator.gallery.indexer import GalleryIndexer
from animator.jobs.event_log import EventLog
from animator.jobs.images.desk import ImageDesk
from animator.jobs.queue import JobQueue
from animator.server import docs_page, health
from animator.server.context import ServerContext
from animator.server.datasets import Datasets
from animator.server.deforum import batches, simple
from animator.server.deforum import jobs as deforum_jobs
from animator.server.images.request_files import clear_request_files
from animator.server.json_body import check_json
from animator.server.openai import edits, generations
from animator.server.openai import models as openai_models
from animator.server.openapi import TAGS, Application
from animator.server.options import ServerOptions
from animator.server.problems import handle_errors
from animator.server.sdapi import (
    catalog,
    controlnet,
    extras,
    generation,
    host_facts,
    internal,
    interruption,
    maintenance,
    png_info,
    progress,
)
from animator.server.sdapi import options as sd_options
from animator.server.sdapi import samplers as sd_samplers
from animator.server.sdapi.web_ui_options import WebUiOptions
from animator.server.security.host import HostCheck
from animator.server.security.strangers import Strangers
from animator.server.security.token import TokenCheck
from animator.server.uploads import Uploads
from animator.server.v1 import (
    checks,
    dataset_files,
    datasets,
    events,
    files,
    films,
    frames,
    gallery,
    gallery_archive,
    jobs,
    live,
    models,
    presets,
    records,
    samplers,
    submission,
    timeline,
    training_results,
    trainings,
    webhooks,
)
from animator.server.webhooks.outbox import Outbox

MAX_BODY = 64_000_000
"""Bytes of a request; a Deforum settings file with a Parseq manifest may have as many."""
ROUTERS = (
    health.router,
    docs_page.router,
    submission.router,
    jobs.router,
    events.router,
    films.router,
    frames.router,
    live.router,
    records.router,
    batches.router,
    deforum_jobs.router,
    simple.router,
    progress.router,
    host_facts.router,
    generation.router,
    interruption.router,
    sd_options.router,
    catalog.router,
    sd_samplers.router,
    maintenance.router,
    extras.router,
    png_info.router,
    internal.router,
    controlnet.router,
    openai_models.router,
    generations.router,
    edits.router,
    webhooks.router,
    checks.router,
    timeline.router,
    presets.router,
    models.router,
    samplers.router,
    trainings.router,
    training_results.router,
    datasets.router,
    gallery_archive.router,  # before the routes of an item, whose number could be any word
    gallery.router,
)
"""The routes with JSON bodies, or none."""


def create_app(
    options: ServerOptions,
    queue: JobQueue,
    problem: Callable[[], str] = str,
    desk: ImageDesk | None = None,
) -> FastAPI:
    """Returns the application of a server.

    Args:
        options: Its options.
        queue: Its jobs; whoever calls this has their workers, too.
        problem: Returns why the workers render no jobs; empty while all is well.
        desk: Orders for images, which those workers make.
    """
    app = Application(
        title="animator",
        summary="Deforum-style films as jobs.",
        version=__version__,
        openapi_tags=TAGS,
        docs_url=None,  # its page would load scripts from another site
        redoc_url=None,
        max_body_size=MAX_BODY,
        lifespan=_lifespan,
    )
    uploads = Uploads(options.uploads, options.max_uploads)
    gallery_of_renders = Gallery(options.renders)
    events_of_jobs = EventLog(queue.store.path)
    clear_request_files(options.request_files)
    app.state.context = ServerContext(
        options,
        queue,
        uploads,
        Datasets(options.datasets, uploads),
        Outbox(queue),
        events_of_jobs,
        desk or ImageDesk(),
        gallery_of_renders,
        GalleryIndexer(gallery_of_renders),
        WebUiOptions(options.renders),
        problem=problem,
    )
    for router in ROUTERS:
        app.include_router(router, dependencies=[Depends(check_json)])
    app.include_router(dataset_files.router)
    app.include_router(files.router)  # their bodies are files: large, of any kind, and read as they come
    handle_errors(app)
    app.add_middleware(Strangers, confinement=options.confinement, permissions=options.permissions)
    # The last one added is the first to see a request.
    if options.token:
        app.add_middleware(TokenCheck, token=options.token)
    if options.origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=options.origins, allow_methods=["*"], allow_headers=["*"]
        )
    app.add_middleware(HostCheck, hostnames=options.hostnames, origins=options.origins)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    context: ServerContext = app.state.context
    with context.gallery_indexer:
        yield
    context.gallery.close()
    context.events.close()
