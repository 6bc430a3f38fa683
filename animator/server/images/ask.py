"""Has workers make images, and waits for them without keeping a thread."""

from datetime import datetime
from pathlib import Path

import anyio
from fastapi import Request

from animator.jobs.images.desk import ImageTask
from animator.jobs.images.work import ImageWork
from animator.server.context import ServerContext
from animator.server.errors import ImagesFailedError, ServerEndsError

LOOK_S = 0.03
"""Time between two looks at an order."""


async def make_images(
    context: ServerContext, request: Request, work: ImageWork, *, keep: bool = False, name: str = ""
) -> ImageTask:
    """Returns an order once its images are made.

    Where the client goes away, they are interrupted, unless they are kept.

    Args:
        context: The server.
        request: Who waits.
        work: What to make.
        keep: Keep the images in the renders folder.
        name: How the client calls the request.

    Raises:
        QueueFullError: Too many orders wait.
        ImagesFailedError: The images cannot be made.
        ServerEndsError: The server ends before.
    """
    folder = kept_images(context.options.renders) / f"{datetime.now():%Y-%m-%d}" if keep else None
    task = context.images.submit(work, folder, name)
    try:
        while not (task := context.images.get(task.id)).has_ended:
            if context.closing.is_set():
                raise ServerEndsError("the server ends before the images are made; ask again later")
            if not keep and await request.is_disconnected():
                break
            await anyio.sleep(LOOK_S)
    finally:
        context.images.remove(task.id)
    if task.error is not None:
        raise ImagesFailedError(task.error)
    return task


def kept_images(renders: Path) -> Path:
    """Returns the folder of the images that are kept, by days."""
    return renders / "images"
