"""Depth maps as files, and the command that makes them."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from animator.cli.app import app
from animator.film.spec import VideoSpec
from animator.film.writer import VideoWriter
from animator.models.diffusion.fake import FakeDiffuser
from animator.runs.render_run import open_run, render_run
from tests.fakes import Make


def image(width: int, height: int) -> np.ndarray:
    rows = np.linspace(0, 255, height)[:, None, None]
    return np.broadcast_to(rows, (height, width, 3)).astype(np.uint8)


def test_a_film_keeps_its_depth_maps_where_asked(make_animation: Make, tmp_path: Path) -> None:
    animation = make_animation(
        mode="3d", frames=4, depth={"model": "fake", "save_depth_maps": True}, motion={"translation_z": 3}
    )
    with open_run(animation, tmp_path / "run", resume=False) as run:
        render_run(run, diffuser=FakeDiffuser(), device=torch.device("cpu"))
    names = sorted(path.name for path in (tmp_path / "run" / "depth").iterdir())
    # The first frame is generated from its prompt: nothing moved, so no depth was estimated.
    assert names == [f"{i:09d}{kind}.png" for i in (1, 2, 3) for kind in ("", ".preview")]
    with Image.open(tmp_path / "run" / "depth" / "000000001.png") as image:
        assert image.mode in ("I;16", "I") and image.size == (64, 64)


@pytest.mark.parametrize("model", ["fake", "starter"])
def test_the_command_accepts_an_image(tmp_path: Path, model: str) -> None:
    Image.fromarray(image(96, 64)).save(tmp_path / "photo.png")
    shown = CliRunner().invoke(
        app, ["depth", str(tmp_path / "photo.png"), "--model", model, "--out", str(tmp_path)]
    )
    assert shown.exit_code == 0, shown.output
    with Image.open(tmp_path / "photo.depth.png") as depth:
        assert depth.size == (96, 64)
    assert (tmp_path / "photo.depth.preview.png").exists()


def test_the_command_accepts_a_video(tmp_path: Path) -> None:
    with VideoWriter(VideoSpec(tmp_path / "clip.mp4", (64, 64), 10)) as writer:
        for _ in range(3):
            writer.write(image(64, 64))
    shown = CliRunner().invoke(
        app, ["depth", str(tmp_path / "clip.mp4"), "--model", "fake", "--out", str(tmp_path / "maps")]
    )
    assert shown.stdout.splitlines() == [str(tmp_path / "maps" / f"{i:09d}.png") for i in range(3)]


def test_a_file_that_is_neither_image_nor_video_is_a_users_mistake(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("words")
    for name in ("text.txt", "missing.png"):
        shown = CliRunner().invoke(app, ["depth", str(tmp_path / name), "--model", "fake"])
        assert shown.exit_code != 0 and name in str(shown.exception)
