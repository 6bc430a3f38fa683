"""Texts as well as paths and devices from Python, and what notebooks show."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from animator import (
    Animation,
    FakeDiffuser,
    FakeFlow,
    Run,
    Timeline,
    UserError,
    VideoSpec,
    VideoWriter,
    build_pipeline,
    load,
    open_depth,
    open_diffuser,
    render,
    render_run,
)
from animator.images.image import read_image
from tests.animator.api.pond import rendered
from tests.animator.film.facts import facts_of


@pytest.mark.parametrize("as_given", [str, Path])
def test_paths_may_be_texts(preset: Path, tmp_path: Path, as_given: Callable[[Path], str | Path]) -> None:
    film = load(as_given(preset))
    folder = as_given(tmp_path / "run")
    assert rendered(film, folder).film == tmp_path / "run" / "pond.mp4"
    for run in (Run.reopen, lambda folder, film: Run.open(folder)):
        with run(folder, film) as opened:
            assert opened.folder == tmp_path / "run"
    frame = as_given(tmp_path / "run" / "frames" / "000000000.png")
    assert read_image(frame, None).shape == (3, 64, 64)
    with VideoWriter(VideoSpec(as_given(tmp_path / "clip.webm"), (64, 64), 12)) as writer:
        writer.write(np.zeros((64, 64, 3), np.uint8))
    assert facts_of(tmp_path / "clip.webm").frames == 1
    with VideoWriter(VideoSpec(as_given(tmp_path / "clip"), (64, 64), 12)) as writer:
        writer.write(np.zeros((64, 64, 3), np.uint8))
    assert len(list((tmp_path / "clip").iterdir())) == 1


@pytest.mark.parametrize("device", ["cpu", "auto", torch.device("cpu")])
@pytest.mark.parametrize(
    "opens",
    [
        lambda film, device, out: render_run(film, out, diffuser=FakeDiffuser(device="cpu"), device=device),
        lambda film, device, out: build_pipeline(film, FakeDiffuser(), device),
        lambda film, device, out: open_diffuser("starter", device),
        lambda film, device, out: open_depth("starter", device),
    ],
    ids=["render_run", "build_pipeline", "open_diffuser", "open_depth"],
)
@pytest.mark.skipif(
    torch.cuda.is_available() or torch.backends.mps.is_available(), reason="auto is a GPU here"
)
def test_devices_may_be_texts(film: Animation, tmp_path: Path, device: Any, opens: Any) -> None:
    opens(film, device, tmp_path / "run")


@pytest.mark.parametrize("device", ["abacus", "cpu:x", "cuda:99", ""])
@pytest.mark.parametrize(
    "opens",
    [
        lambda film, device, out: render_run(film, out, device=device),
        lambda film, device, out: build_pipeline(film, FakeDiffuser(), device),
        lambda film, device, out: open_diffuser("starter", device),
        lambda film, device, out: open_depth("starter", device),
    ],
    ids=["render_run", "build_pipeline", "open_diffuser", "open_depth"],
)
def test_unknown_devices_are_errors_of_ours(film: Animation, tmp_path: Path, device: str, opens: Any) -> None:
    with pytest.raises(UserError, match=f"device {device}: not available on this machine; available: .*cpu"):
        opens(film, device, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_frame_shows_itself_in_a_notebook(film: Animation, tmp_path: Path) -> None:
    frame = next(render(Timeline(film), build_pipeline(film, FakeDiffuser())))
    (tmp_path / "frame.png").write_bytes(frame._repr_png_())
    with Image.open(tmp_path / "frame.png") as image:
        assert image.format == "PNG" and np.array_equal(np.asarray(image), frame.pixels)


def test_the_fake_flow_is_the_same_everywhere() -> None:
    image = torch.zeros(3, 4, 5)
    flow = FakeFlow((2.0, -1.0))(image, image)
    assert flow.shape == (2, 4, 5) and (flow[0] == 2).all() and (flow[1] == -1).all()
