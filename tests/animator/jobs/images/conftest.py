"""One worker that the tests of a module share, for films and for images."""

from collections.abc import Iterator

import pytest

from animator.jobs.images.desk import ImageDesk
from animator.jobs.queue import JobQueue
from animator.jobs.workers import Workers
from tests.animator.jobs.films import open_obedient, options


@pytest.fixture(scope="module")
def desk() -> ImageDesk:
    """Where images are ordered."""
    return ImageDesk()


@pytest.fixture(scope="module")
def queue(desk: ImageDesk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[JobQueue]:
    """A queue whose jobs, and the images of whose desk, one worker makes."""
    renders = tmp_path_factory.mktemp("renders")
    with (
        JobQueue(renders) as queue,
        Workers(queue, options(renders), 1, open_obedient, images=desk) as workers,
    ):
        yield queue
        assert workers.problem == ""
