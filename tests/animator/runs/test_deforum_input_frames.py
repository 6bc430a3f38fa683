"""The images of a film's clip beside its frames."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from animator.errors import RunError
from animator.film.reader import ClipReader
from animator.film.spec import VideoSpec
from animator.film.writer import VideoWriter
from animator.models.diffusion.fake import FakeDiffuser
from animator.runs import deforum_input_frames
from animator.runs.deforum_input_frames import input_frames_sink
from animator.runs.deforum_outdir import DeforumOutdir
from animator.runs.render_run import render_run
from animator.runs.run import Run
from animator.settings import Animation
from tests.clips import save_clip
from tests.fakes import Make


@pytest.fixture
def place(tmp_path: Path) -> DeforumOutdir:
    return DeforumOutdir.claim(tmp_path / "out", {"batch_name": "a{b}"}, datetime(2026, 11, 30))


@pytest.fixture
def film(make_animation: Make, tmp_path: Path) -> Animation:
    (tmp_path / "clip").mkdir()
    save_clip(tmp_path / "clip", [np.full((64, 64, 3), 40 * n, np.uint8) for n in range(4)])
    video = {"path": str(tmp_path / "clip"), "extract_from_frame": 1}
    return make_animation(mode="video", frames=3, video=video)


def test_a_film_over_a_clip_has_the_clips_images(
    film: Animation, place: DeforumOutdir, tmp_path: Path
) -> None:
    sink = input_frames_sink(place)
    render_run(film, tmp_path / "run", diffuser=FakeDiffuser(), sink=sink, end=2)
    (place.folder / "inputframes" / "clip000000001.jpg").write_bytes(b"of a person")
    render_run(film, tmp_path / "run", diffuser=FakeDiffuser(), sink=sink, resume=True)
    files = sorted((place.folder / "inputframes").iterdir())
    assert [file.name for file in files] == [f"clip{n:09d}.jpg" for n in range(3)]
    assert files[1].read_bytes() == b"of a person"
    with Image.open(files[2]) as image:
        assert (image.format, image.getpixel((5, 5))) == ("JPEG", (120, 120, 120))


def test_the_clip_is_closed_where_the_images_of_earlier_frames_cannot_be_written(
    make_animation: Make, place: DeforumOutdir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with VideoWriter(VideoSpec(tmp_path / "clip.mp4", (64, 64), 5)) as writer:
        writer.write(np.zeros((64, 64, 3), np.uint8))
    calls: list[str] = []

    def fail(path: Path, data: bytes) -> None:
        calls.append("write")
        raise OSError("no space left")

    monkeypatch.setattr(deforum_input_frames, "atomic_write", fail)
    monkeypatch.setattr(ClipReader, "close", lambda reader: calls.append("close"))
    film = make_animation(mode="video", frames=1, video={"path": str(tmp_path / "clip.mp4")})
    with Run.create(tmp_path / "run", film) as run, pytest.raises(OSError, match="no space left"):
        input_frames_sink(place)(run, 1)
    assert calls[-1] == "close"


def test_a_film_without_a_clip_has_no_such_folder(
    make_animation: Make, place: DeforumOutdir, tmp_path: Path
) -> None:
    film = make_animation(frames=1)
    render_run(film, tmp_path / "run", diffuser=FakeDiffuser(), sink=input_frames_sink(place))
    assert not (place.folder / "inputframes").exists()


def test_a_link_in_place_of_the_folder_is_not_followed(
    film: Animation, place: DeforumOutdir, tmp_path: Path
) -> None:
    (tmp_path / "private").mkdir()
    (place.folder / "inputframes").symlink_to(tmp_path / "private")
    with pytest.raises(RunError, match="is a symbolic link"):
        render_run(film, tmp_path / "run", diffuser=FakeDiffuser(), sink=input_frames_sink(place))
    assert not list((tmp_path / "private").iterdir())
