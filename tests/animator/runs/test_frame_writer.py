"""Frames are written beside their drawing: reports speak of what is on disk, errors come at once."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from animator.loop.render import Frame
from animator.models.diffusion.step_hook import before_steps, begin_step
from animator.runs.frame_writer import QUEUED_FRAMES
from animator.runs.run import Run
from animator.settings import Animation
from tests.animator.runs.written import frame, writer_of

Make = Callable[..., Animation]


@pytest.fixture
def run(make_animation: Make, tmp_path: Path) -> Run:
    return Run.create(tmp_path / "run", make_animation(frames=80))


def test_what_is_reported_is_on_disk_in_order(run: Run) -> None:
    seen: list[tuple[int, int, bool]] = []

    def report(done: Frame) -> None:
        number = done.plan.frame
        seen.append((number, run.metrics.frames(), run.frame_path(number).exists()))

    with writer_of(run, report) as writer:
        for number in range(9):
            writer.add(frame(run, number))
    assert seen == [(number, number + 1, True) for number in range(9)]
    assert run.state().next_frame == 9


def test_what_a_report_raises_reaches_the_drawing_and_frames_so_far_can_be_resumed(run: Run) -> None:
    def report(done: Frame) -> None:
        if done.plan.frame == 2:
            raise ValueError("enough")

    drawn = 0
    with pytest.raises(ValueError, match="enough"), writer_of(run, report) as writer:
        for number in range(60):
            drawn = number
            writer.add(frame(run, number))
    assert drawn <= 3 + QUEUED_FRAMES and run.state().next_frame == 3


def test_an_error_stops_the_drawing_of_a_frame_between_two_steps(run: Run) -> None:
    failed = threading.Event()

    def report(done: Frame) -> None:
        failed.set()
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"), writer_of(run, report) as writer:
        writer.add(frame(run, 0))
        failed.wait(30)
        with before_steps(writer.check):
            for step in range(10_000_000):
                begin_step(step, 10_000_000)


def test_frames_that_are_drawn_are_written_after_ctrl_c(run: Run) -> None:
    with pytest.raises(KeyboardInterrupt), writer_of(run, lambda done: time.sleep(0.05)) as writer:
        for number in range(4):
            writer.add(frame(run, number))
        raise KeyboardInterrupt
    assert run.state().next_frame == 4 and run.metrics.frames() == 4


def test_ctrl_c_while_the_last_frames_are_written_has_its_effect_after_them(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = writer_of(run, lambda done: None)
    join, interrupts = writer._thread.join, [KeyboardInterrupt()]

    def interrupted(timeout: float | None = None) -> None:
        if interrupts:
            raise interrupts.pop()
        join(timeout)

    monkeypatch.setattr(writer._thread, "join", interrupted)
    with pytest.raises(KeyboardInterrupt), writer:
        for number in range(5):
            writer.add(frame(run, number))
    assert run.state().next_frame == 5


def test_memory_is_bounded_by_the_queue(run: Run) -> None:
    gate = threading.Event()
    taken: list[int] = []

    def wait(done: Frame) -> None:
        gate.wait(30)

    def draw() -> None:
        with writer_of(run, wait) as writer:
            for number in range(20):
                writer.add(frame(run, number))
                taken.append(number)

    drawing = threading.Thread(target=draw)
    drawing.start()
    drawing.join(1.0)
    assert len(taken) <= QUEUED_FRAMES + 1
    gate.set()
    drawing.join(30)
    assert len(taken) == 20
