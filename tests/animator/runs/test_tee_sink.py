"""Frames go to the video and to further sinks; one that fails does not end the film."""

import logging
from pathlib import Path

import numpy as np
import pytest

from animator import Progress, Run, Sink, StopToken, VideoError
from animator.images.image import Image8
from tests.animator.api.pond import rendered
from tests.animator.film.facts import facts_of
from tests.fakes import Make


class Collector:
    """Sink that keeps its frames and how it ended, and may fail in one of its methods."""

    def __init__(self, fails_in: str = "", error: BaseException | None = None) -> None:
        self.frames: list[Image8] = []
        self.ended: list[str] = []
        self.opened_at = -1
        self._fails_in = fails_in
        self._error = error or RuntimeError("out of order")

    def open(self, run: Run, first: int) -> Sink:
        self._may_fail("open")
        self.opened_at = first
        return self

    def write(self, pixels: Image8) -> None:
        if len(self.frames) == 2:
            self._may_fail("write")
        self.frames.append(pixels)

    def close(self) -> None:
        self.ended.append("close")
        self._may_fail("close")

    def abort(self) -> None:
        self.ended.append("abort")
        self._may_fail("abort")

    def _may_fail(self, method: str) -> None:
        if method == self._fails_in:
            raise self._error


def test_every_sink_gets_every_frame_besides_the_video(make_animation: Make, tmp_path: Path) -> None:
    one, two = Collector(), Collector()
    made = rendered(make_animation(), tmp_path / "run", sinks=[one.open, two.open])
    assert facts_of(made.film).frames == len(one.frames) == len(two.frames) == 6
    assert one.ended == two.ended == ["close"]
    run = Run.open(tmp_path / "run")
    assert all(np.array_equal(a, b) for a, b in zip(run.pixels(range(6)), one.frames, strict=True))


def test_a_sink_learns_how_many_frames_are_finished(make_animation: Make, tmp_path: Path) -> None:
    rendered(make_animation(), tmp_path / "run", end=4)
    sink = Collector()
    rendered(make_animation(), tmp_path / "run", resume=True, sinks=[sink.open])
    assert sink.opened_at == 4 and len(sink.frames) == 2


@pytest.mark.parametrize("method", ["open", "write", "close"])
def test_a_sink_that_fails_is_dropped_with_a_warning(
    make_animation: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture, method: str
) -> None:
    bad, good = Collector(method), Collector()
    with caplog.at_level(logging.WARNING):
        made = rendered(make_animation(), tmp_path / "run", sinks=[bad.open, good.open])
    assert facts_of(made.film).frames == len(good.frames) == 6 and good.ended == ["close"]
    assert caplog.text.count("a further sink failed") == 1 and "RuntimeError: out of order" in caplog.text
    assert bad.ended == {"open": [], "write": ["abort"], "close": ["close"]}[method]


def test_a_sink_cannot_change_the_frames(make_animation: Make, tmp_path: Path) -> None:
    class Painter(Collector):
        def write(self, pixels: Image8) -> None:
            pixels[:] = 0

    plain = rendered(make_animation(), tmp_path / "plain").film.read_bytes()
    good = Collector()
    painted = rendered(make_animation(), tmp_path / "run", sinks=[Painter().open, good.open])
    assert painted.film.read_bytes() == plain and good.frames[3].any()


def test_ctrl_c_in_a_sink_stops_the_film_and_ends_every_output(make_animation: Make, tmp_path: Path) -> None:
    bad, good = Collector("write", KeyboardInterrupt()), Collector()
    with pytest.raises(KeyboardInterrupt):
        rendered(make_animation(), tmp_path / "run", sinks=[bad.open, good.open])
    assert bad.ended == good.ended == ["abort"]
    assert facts_of(tmp_path / "run" / "untitled.part.mp4").frames == 3


def test_ctrl_c_while_sinks_open_leaves_a_part_file(make_animation: Make, tmp_path: Path) -> None:
    good, bad = Collector(), Collector("open", KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        rendered(make_animation(), tmp_path / "run", sinks=[good.open, bad.open])
    assert good.ended == ["abort"]


def test_a_stopped_film_ends_its_sinks_early(make_animation: Make, tmp_path: Path) -> None:
    token, sink = StopToken(), Collector("abort")

    def stop(progress: Progress) -> None:
        if progress.done == 3:
            token.stop()

    film = make_animation(frames=60)  # more than are drawn until the third one is written
    made = rendered(film, tmp_path / "run", stop=token, progress=stop, sinks=[sink.open])
    assert made.stopped and sink.ended == ["abort"] and (tmp_path / "run" / "untitled.part.mp4").exists()


@pytest.mark.parametrize("method", ["open", "write", "close"])
def test_the_main_sink_ends_the_film_where_it_fails(
    make_animation: Make, tmp_path: Path, method: str
) -> None:
    main, other = Collector(method, VideoError("the reader is gone")), Collector()
    with pytest.raises(VideoError, match="the reader is gone"):
        rendered(make_animation(), tmp_path / "run", sink=main.open, sinks=[other.open])
    assert other.ended == {"open": [], "write": ["abort"], "close": ["close"]}[method]
