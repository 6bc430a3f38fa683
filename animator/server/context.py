"""`ServerContext`: what the handlers of requests share."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from animator.gallery.gallery import Gallery
from animator.gallery.indexer import GalleryIndexer
from animator.jobs.event_log import EventLog
from animator.jobs.images.desk import ImageDesk
from animator.jobs.job import Job
from animator.jobs.queue import JobQueue
from animator.server.datasets import Datasets
from animator.server.errors import NotFoundError
from animator.server.files.jpeg_cache import JpegCache
from animator.server.model_hashes import ModelHashes
from animator.server.options import ServerOptions
from animator.server.sdapi.web_ui_options import WebUiOptions
from animator.server.uploads import Uploads
from animator.server.webhooks.outbox import Outbox

LOOK_S = 0.25
"""Time between two looks of a stream at the jobs."""


@dataclass(frozen=True)
class ServerContext:
    """What the handlers of requests share.

    Attributes:
        options: The server's options.
        queue: The jobs.
        uploads: The files that clients sent.
        datasets: Their data sets for trainings.
        outbox: Messages for webhooks.
        events: What happened to the jobs.
        model_hashes: Hashes of models.
        jpegs: Frames as JPEG images.
        images: Orders for images.
        gallery: The images and films of the renders folder.
        gallery_indexer: What keeps their index up to date while the server runs.
        web_ui: The options of A1111's API that stay from one request to the next.
        closing: Set when the server ends, so that streams end, too.
        problem: Returns why no jobs are rendered; empty while all is well.
    """

    options: ServerOptions
    queue: JobQueue
    uploads: Uploads
    datasets: Datasets
    outbox: Outbox
    events: EventLog
    images: ImageDesk
    gallery: Gallery
    gallery_indexer: GalleryIndexer
    web_ui: WebUiOptions
    model_hashes: ModelHashes = field(default_factory=ModelHashes)
    jpegs: JpegCache = field(default_factory=JpegCache)
    closing: threading.Event = field(default_factory=threading.Event)
    problem: Callable[[], str] = str

    async def looks(self, pause_s: float = LOOK_S) -> AsyncIterator[None]:
        """Yields now and then, until the server ends.

        Args:
            pause_s: Time between two looks, besides what the caller takes.
        """
        while not self.closing.is_set():
            yield
            await asyncio.sleep(pause_s)

    async def changes(self) -> AsyncIterator[None]:
        """Yields at once, and again whenever jobs have changed, until the server ends."""
        seen: int | None = None
        async for _ in self.looks():
            if (version := self.events.version()) != seen:
                seen = version
                yield


def context_of(request: Request) -> ServerContext:
    """Returns the context of the server that has a request."""
    context: ServerContext = request.app.state.context
    return context


Context = Annotated[ServerContext, Depends(context_of)]
"""The context, as a parameter of a handler."""


def find_job(job_id: str, context: Context) -> Job:
    """Returns the job that a request's path names; raises a JobNotFoundError where there is none."""
    return context.queue.get(job_id)


FoundJob = Annotated[Job, Depends(find_job)]
"""The job of the path, as a parameter of a handler."""


def find_film(job: FoundJob) -> Job:
    """Returns the job that a request's path names, if it is a film; raises a NotFoundError for a training."""
    if job.is_training:
        raise NotFoundError(f"job {job.id}: is a training and has no film; see /api/v1/trainings/{job.id}")
    return job


def find_training(job_id: str, context: Context) -> Job:
    """Returns the training that a request's path names.

    Raises:
        JobNotFoundError: There is no such job.
        NotFoundError: It is a film.
    """
    job = context.queue.get(job_id)
    if not job.is_training:
        raise NotFoundError(f"job {job.id}: is a film; see /api/v1/jobs/{job.id}")
    return job


FoundFilm = Annotated[Job, Depends(find_film)]
"""The job of the path, which is a film, as a parameter of a handler."""
FoundTraining = Annotated[Job, Depends(find_training)]
"""The training of the path, as a parameter of a handler."""
