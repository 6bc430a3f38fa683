"""A settings file of every generation: imported, planned to its end, its first frames generated."""

from itertools import islice
from pathlib import Path

import pytest
import torch
from PIL import Image

from animator.loop.build.pipeline import build_pipeline
from animator.loop.render import render
from animator.models.diffusion.fake import FakeDiffuser
from animator.presets import raw
from animator.presets.load import resolve
from animator.presets.plain import override
from animator.timeline.timeline import Timeline


def test_a_settings_file_plans_all_its_frames_and_generates(
    generation: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (32, 32), (200, 90, 40)).save(tmp_path / "warm.png")
    Image.new("L", (32, 32), 255).save(tmp_path / "mask.png")
    (tmp_path / "film_settings.txt").write_text(generation)
    draft = raw.read(tmp_path / "film_settings.txt")
    film = resolve(*override(draft, ["size=[64,64]", "depth.model=fake", "model=starter"]))
    assert len(list(Timeline(film))) == film.frames == draft.values["frames"]
    assert film.compat
    frames = list(islice(render(Timeline(film), build_pipeline(film, FakeDiffuser())), 3))
    assert [frame.image.shape for frame in frames] == [(3, 64, 64)] * 3
    assert all(bool(torch.isfinite(frame.image).all()) for frame in frames)
