"""Completing a sink's output: reports where it takes long, and an end where a stop is requested."""

from pathlib import Path

import numpy as np
import pytest

from animator import Progress, Run, StopToken
from animator.images.image import Image8
from animator.runs.close_sink import close_sink
from animator.runs.frame_feed import Backlog
from animator.runs.sink import FrameFiles
from animator.runs.tee_sink import tee
from tests.fakes import Make


class Steps:
    """Sink that needs several steps to close, each of which tells how many of 10 frames it has."""

    def __init__(self, *done: int) -> None:
        self._done = list(done)
        self.ended: list[str] = []

    def write(self, pixels: Image8) -> None: ...

    def close(self) -> None:
        raise AssertionError("it is closed in steps")

    def close_within(self, seconds: float) -> Backlog | None:
        if self._done:
            return Backlog(self._done.pop(0), 10)
        self.ended.append("close")
        return None

    def abort(self) -> None:
        self.ended.append("abort")


class Whole(Steps):
    """Sink that closes at once."""

    def close(self) -> None:
        self.ended.append("close")


def test_each_step_is_reported_and_then_the_whole() -> None:
    sink, reports = Steps(4, 7), list[Progress]()
    assert close_sink(sink, "film.mp4", reports.append, StopToken())
    assert [(one.done, one.rendered, one.frames, one.extra) for one in reports] == [
        (4, 0, 10, "film.mp4"),
        (7, 3, 10, "film.mp4"),
        (10, 6, 10, "film.mp4"),
    ]
    assert sink.ended == ["close"]


def test_an_output_that_begins_again_reports_no_negative_number() -> None:
    reports = list[Progress]()
    close_sink(Steps(8, 0, 5), "film.mp4", reports.append, StopToken())
    assert [one.rendered for one in reports] == [0, 0, 5, 10]


@pytest.mark.parametrize("done", [(), (4,), (4, 7)])
def test_after_a_stop_only_what_is_nearly_complete_is_completed(done: tuple[int, ...]) -> None:
    token, sink, reports = StopToken(), Steps(*done), list[Progress]()
    token.stop()
    is_complete = close_sink(sink, "film.mp4", reports.append, token)
    assert is_complete == (len(done) < 2) and not reports
    assert sink.ended == (["close"] if is_complete else ["abort"])


def test_ctrl_c_while_waiting_aborts() -> None:
    def interrupt(progress: Progress) -> None:
        raise KeyboardInterrupt

    sink = Steps(4)
    with pytest.raises(KeyboardInterrupt):
        close_sink(sink, "film.mp4", interrupt, StopToken())
    assert sink.ended == ["abort"]


def test_a_sink_that_closes_at_once_reports_nothing() -> None:
    reports = list[Progress]()
    assert close_sink(FrameFiles(), "film.mp4", reports.append, StopToken()) and not reports


def test_beside_other_sinks_the_main_one_closes_in_steps(make_animation: Make, tmp_path: Path) -> None:
    main, other, reports = Steps(4), Whole(), list[Progress]()
    with Run.create(tmp_path / "run", make_animation()) as run:
        both = tee(lambda run, first: main, [lambda run, first: other])(run, 0)
        both.write(np.zeros((64, 64, 3), np.uint8))
        assert close_sink(both, "film.mp4", reports.append, StopToken())
    assert [one.done for one in reports] == [4, 10] and main.ended == other.ended == ["close"]
