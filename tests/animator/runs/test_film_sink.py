"""The video beside the rendering: nothing waits for it, and it has every frame, whatever ffmpeg does."""

import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from imageio_ffmpeg import count_frames_and_secs
from PIL import Image

from animator import Progress, Run, StopToken, VideoError, VideoSpec, VideoWriter
from animator.errors import RunError
from animator.film import video_process
from animator.film.finalize import finalize
from animator.images.image import Image8
from animator.runs import close_sink, frame_feed
from animator.runs.film_sink import FilmSink
from animator.runs.video_specs import video_spec
from animator.timeline.timeline import Timeline
from tests.animator.api.pond import rendered
from tests.animator.runs.stand_in_ffmpeg import ALWAYS_DIES, DIES_ONCE, WAITS, StandIn
from tests.fakes import Make

pytestmark = pytest.mark.skipif(shutil.which("sh") is None, reason="needs a shell")
FRAME_BYTES = 64 * 64 * 3
PIPE_BYTES = 65_536
"""What a pipe takes without a reader."""
StandsIn = Callable[[str], StandIn]


@pytest.fixture
def stands_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandsIn]:
    made: list[StandIn] = []

    def stand_in(script: str) -> StandIn:
        made.append(StandIn(tmp_path, monkeypatch, script))
        return made[-1]

    yield stand_in
    for one in made:
        one.end()


@pytest.fixture
def run(make_animation: Make, tmp_path: Path) -> Iterator[Run]:
    with Run.create(tmp_path / "run", make_animation(frames=300)) as opened:
        yield opened


def written(run: Run, frames: range) -> list[Image8]:
    """Writes frames of a run, each of another gray, and returns them."""
    plan = Timeline(run.animation)[0]
    pixels = [np.full((64, 64, 3), 255 * number // 300, np.uint8) for number in frames]
    for number, image in zip(frames, pixels, strict=True):
        run.save(number, run.encode(plan, image))
    return pixels


def encoded(run: Run, frames: int, path: Path) -> bytes:
    """Returns the video of a run's first frames, encoded one after the other."""
    with VideoWriter(video_spec(run.animation, path)) as writer:
        for pixels in run.pixels(range(frames)):
            writer.write(pixels)
    return path.read_bytes()


def test_a_resume_renders_while_the_earlier_frames_wait_for_ffmpeg(
    make_animation: Make, tmp_path: Path, stands_in: StandsIn
) -> None:
    animation = make_animation(frames=203)
    whole = rendered(animation, tmp_path / "whole").film.read_bytes()
    rendered(animation, tmp_path / "run", end=200)
    ffmpeg, reports = stands_in(WAITS), []

    def begin_after_the_last_frame(progress: Progress) -> None:
        reports.append((progress.done, ffmpeg.open.exists()))
        if progress.done == 203:
            ffmpeg.begin()

    made = rendered(animation, tmp_path / "run", resume=True, progress=begin_after_the_last_frame)
    assert reports[:4] == [(200, False), (201, False), (202, False), (203, False)]
    assert count_frames_and_secs(str(made.film))[0] == 203 and made.film.read_bytes() == whole


def test_a_slow_encoder_gets_what_does_not_fit_into_memory_from_disk(
    run: Run, tmp_path: Path, stands_in: StandsIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame_feed, "KEPT_FRAMES", 4)
    kept = []
    earlier = written(run, range(20))
    ffmpeg = stands_in(WAITS)
    sink = FilmSink(run, len(earlier))
    for pixels in written(run, range(20, 120)):
        sink.write(pixels)
        pixels[:] = 0  # whoever renders may use the memory again
        kept.append(len(sink._feed._kept))
    assert max(kept) == 4
    ffmpeg.begin()
    sink.close()
    assert run.film_path.read_bytes() == encoded(run, 120, tmp_path / "other.mp4")


@pytest.mark.parametrize("taken", [0, 1, 30 * FRAME_BYTES + 7])
def test_where_ffmpeg_dies_the_video_is_made_from_all_frames_at_the_end(
    run: Run, tmp_path: Path, stands_in: StandsIn, caplog: pytest.LogCaptureFixture, taken: int
) -> None:
    written(run, range(40))
    stands_in(DIES_ONCE.format(taken=taken))
    sink = FilmSink(run, 40)
    for pixels in written(run, range(40, 80)):
        sink.write(pixels)
    sink.close()
    assert run.film_path.read_bytes() == encoded(run, 80, tmp_path / "other.mp4")
    said = [record.message for record in caplog.records if record.levelno == logging.WARNING]
    assert len(said) == 1 and "out of order\nThe frames are safe" in said[0]


def test_where_ffmpeg_dies_twice_its_message_is_the_error(run: Run, stands_in: StandsIn) -> None:
    stands_in(ALWAYS_DIES)
    sink = FilmSink(run, 0)
    for pixels in written(run, range(10)):
        sink.write(pixels)
    with pytest.raises(VideoError, match=r"untitled\.mp4: ffmpeg stopped with exit code 3: out of order"):
        sink.close()
    assert not run.film_path.exists()


def test_a_video_that_cannot_be_completed_is_made_again_from_all_frames(
    run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries = []

    def failing_once(film: VideoSpec, frames: int) -> None:
        tries.append(frames)
        if len(tries) == 1:
            raise VideoError("the disk was full for a moment")
        finalize(film, frames)

    monkeypatch.setattr(video_process, "finalize", failing_once)
    pixels = written(run, range(7))
    sink = FilmSink(run, 4)
    for one in pixels[4:]:
        sink.write(one)
    sink.close()
    assert tries == [7, 7] and caplog.text.count("the disk was full for a moment") == 1
    assert count_frames_and_secs(str(run.film_path))[0] == 7


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


def _enlarge(path: Path) -> None:
    Image.new("RGB", (80, 64)).save(path)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (Path.unlink, r"000000003\.png: .*again from frame 3"),
        (_cut, r"000000003\.png: is a PNG image that cannot be decoded.*again from frame 3"),
        (_enlarge, r"000000003\.png: has 80 x 64 pixels; expected 64 x 64, .*again from frame 3"),
    ],
)
def test_an_earlier_frame_that_cannot_be_read_ends_the_rendering(
    run: Run, damage: Callable[[Path], None], message: str
) -> None:
    written(run, range(10))
    damage(run.frame_path(3))
    sink = FilmSink(run, 10)
    sink._feed.thread.join()
    with pytest.raises(RunError, match=message):
        sink.write(np.zeros((64, 64, 3), np.uint8))
    with pytest.raises(RunError, match=message):
        sink.close()
    assert not run.film_path.exists()
    assert count_frames_and_secs(str(video_spec(run.animation, run.film_path).part))[0] == 3


def test_a_film_that_ends_early_keeps_the_frames_so_far_as_a_part_that_plays(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame_feed, "GRACE_SECONDS", 60)
    sink = FilmSink(run, 0)
    for pixels in written(run, range(25)):
        sink.write(pixels)
    sink.abort()
    assert count_frames_and_secs(str(video_spec(run.animation, run.film_path).part))[0] == 25


def test_a_film_that_ends_early_waits_neither_for_a_backlog_nor_for_an_ffmpeg_that_hangs(
    run: Run, stands_in: StandsIn, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(video_process, "ABORTING_SECONDS", 0.3)
    written(run, range(40))
    stands_in(WAITS)
    sink = FilmSink(run, 40)
    sink.abort()
    sink.abort()
    assert not sink._feed.thread.is_alive() and sink._feed._taken <= PIPE_BYTES // FRAME_BYTES
    assert not caplog.records


def test_a_stop_ends_the_wait_for_the_encoder_and_a_resume_completes_the_film(
    make_animation: Make, tmp_path: Path, stands_in: StandsIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name in ((close_sink, "STEP_SECONDS"), (close_sink, "STOP_SECONDS")):
        monkeypatch.setattr(module, name, 0.05)
    monkeypatch.setattr(video_process, "ABORTING_SECONDS", 0.3)
    ffmpeg, token, seen = stands_in(WAITS), StopToken(), []
    animation = make_animation(frames=30)

    def stop_while_encoding(progress: Progress) -> None:
        if progress.extra:
            seen.append(progress)
            token.stop()

    made = rendered(animation, tmp_path / "run", stop=token, progress=stop_while_encoding)
    assert made.stopped and made.frames == 30 and not made.film.exists()
    assert [(one.extra, one.frames) for one in seen] == [("untitled.mp4", 30)]
    ffmpeg.begin()
    assert not rendered(animation, tmp_path / "run", resume=True).stopped
    assert count_frames_and_secs(str(made.film))[0] == 30


def test_ctrl_c_ends_the_wait_for_the_encoder(
    make_animation: Make, tmp_path: Path, stands_in: StandsIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(close_sink, "STEP_SECONDS", 0.05)
    monkeypatch.setattr(video_process, "ABORTING_SECONDS", 0.3)
    stands_in(WAITS)

    def interrupt(progress: Progress) -> None:
        if progress.extra:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rendered(make_animation(frames=30), tmp_path / "run", progress=interrupt)
    with Run.open(tmp_path / "run") as run:
        assert run.state().next_frame == 30 and not run.film_path.exists()
