"""Workers that the tests of a module share, as a process takes seconds to start."""

from collections.abc import Iterator

import pytest

from animator.jobs.queue import JobQueue
from animator.jobs.workers import Workers
from tests.animator.jobs.films import open_obedient, options


@pytest.fixture(scope="module")
def queue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JobQueue]:
    """A queue whose jobs one worker renders."""
    renders = tmp_path_factory.mktemp("renders")
    with JobQueue(renders) as queue, Workers(queue, options(renders), 1, open_obedient) as workers:
        yield queue
        assert workers.problem == ""
