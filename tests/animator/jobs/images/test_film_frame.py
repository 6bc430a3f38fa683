"""One frame of a film, generated without those before it."""

from pathlib import Path

import numpy as np
from PIL import Image

from animator.jobs.images.desk import ImageDesk, ImageTask
from animator.jobs.images.messages import End
from animator.jobs.images.work import FilmFrame
from animator.jobs.job import ErrorKind
from animator.jobs.queue import JobQueue
from animator.jobs.request import JobRequest
from tests.animator.jobs.films import WAIT_S
from tests.animator.jobs.images.asking import ended, pixels_of, until

FILM = """\
name: one frame
size: [64, 64]
frames: 6
prompts: {0: a lake, 4: a hill}
diffusion: {seed: 7, steps: 2, strength: 0.5, cadence: 2}
motion: {zoom: 1.02}
"""


def frame(desk: ImageDesk, number: int, text: str = FILM) -> ImageTask:
    return ended(desk, desk.submit(FilmFrame(text, number)).id)


def test_the_first_frame_is_that_of_the_film(desk: ImageDesk, queue: JobQueue) -> None:
    job = queue.wait(queue.submit(JobRequest(preset=FILM)).id, WAIT_S)
    assert isinstance(job.folder, Path)
    with Image.open(job.folder / "frames" / "000000000.png") as rendered:
        assert np.array_equal(pixels_of(frame(desk, 0).images[0]), np.asarray(rendered))


def test_a_later_frame_has_its_own_prompt(desk: ImageDesk, queue: JobQueue) -> None:
    first, last, between = (pixels_of(frame(desk, number).images[0]).astype(int) for number in (0, 4, 5))
    assert 0 < np.abs(between - last).mean() < np.abs(last - first).mean()


def test_a_random_seed_is_chosen(desk: ImageDesk, queue: JobQueue) -> None:
    task = frame(desk, 0, FILM.replace("seed: 7", "seed: -1"))
    assert task.images[0].seed >= 0 and task.error is None


def test_a_frame_that_is_not_in_the_film_is_refused(desk: ImageDesk, queue: JobQueue) -> None:
    error = frame(desk, 6).error
    assert error is not None and error.kind is ErrorKind.SETTINGS
    assert error.message.startswith("frame 6: is not in the film, which has 6 frames")


def test_every_mistake_of_the_film_is_told(desk: ImageDesk, queue: JobQueue) -> None:
    error = frame(desk, 0, FILM.replace("frames: 6", "frames: 0\nmode: 4d")).error
    assert error is not None and {problem.path for problem in error.problems} == {"frames", "mode"}


def test_a_frame_ends_early(desk: ImageDesk, queue: JobQueue) -> None:
    order = desk.submit(FilmFrame(FILM.replace("a lake", "endless"), 0))
    assert until(desk, order.id, lambda task: task.progress.step > 0).progress.steps > 2
    desk.end_current(End.INTERRUPT)
    task = ended(desk, order.id)
    assert (task.images, task.error) == ((), None)
