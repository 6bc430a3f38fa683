"""Frame interpolation of a whole film with a hard cut, on the command line."""

import sys
from pathlib import Path

import pytest
import yaml

from animator.cli.app import main
from animator.images.image import read_image
from animator.models.diffusion.passthrough import PassthroughDiffuser
from tests.animator.film.clips import shot
from tests.clips import save_clip


def test_the_old_image_holds_to_a_cut_in_an_interpolated_film(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "clip").mkdir()
    day, night = shot((255, 220, 160), 5, side=64), shot((20, 40, 110), 5, seed=4, side=64)
    save_clip(tmp_path / "clip", [*day, *night])
    preset = {
        "prompts": "a lake",
        "mode": "video",
        "video": {"path": "clip"},
        "size": [64, 64],
        "frames": 10,
        "diffusion": {"seed": 1, "strength": 1, "cadence": 2},
        "color": {"coherence": "none"},
        "frame_interpolation": {"engine": "flow", "amount": 3},
        "output": {"format": "png"},
    }
    (tmp_path / "film.yaml").write_text(yaml.safe_dump(preset))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["animator", "render", "film.yaml", "--out", "run", "--device", "cpu"])
    with pytest.raises(SystemExit) as end:
        main(lambda *_, **__: PassthroughDiffuser())
    assert end.value.code == 0
    images = [read_image(str(path), None) for path in sorted((tmp_path / "run").glob("*_x3/*.png"))]
    blue = [float(image[2].mean() / image[0].mean()) for image in images]
    assert len(images) == 30
    assert max(blue[:15]) < 0.75 and min(blue[15:]) > 4
    assert bool((images[12] == images[14]).all()) and not bool((images[9] == images[10]).all())
