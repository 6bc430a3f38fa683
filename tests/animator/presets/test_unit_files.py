"""Problems of ControlNet units, reported before any frame is generated."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from animator.errors import PresetError
from animator.presets import raw
from animator.presets.load import dump, load
from animator.settings.validate import validate

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes a preset beside a source and a ControlNet; the working directory is elsewhere."""
    (tmp_path / "films").mkdir()
    (tmp_path / "here" / "models").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    Image.new("RGB", (8, 8)).save(tmp_path / "films" / "pose.png")
    save_file({"control_model.x": torch.ones(1)}, tmp_path / "here" / "models" / "edges.safetensors")
    save_file({"emb_params": torch.ones(1, 768)}, tmp_path / "here" / "models" / "word.safetensors")

    def written(units: str) -> Path:
        path = tmp_path / "films" / "film.yaml"
        path.write_text(f"frames: 4\ncontrolnet:\n{units}\n")
        return path

    return written


def test_files_are_found_beside_the_preset(write: Write) -> None:
    film = load(write("  - {model: edges, source: pose.png}\n  - {model: edges}"))
    assert [Path(unit.source).is_file() for unit in film.controlnet] == [True, False]
    assert film.controlnet[1].source == "frame"
    again = validate(raw.parse(dump(film), "again"))
    assert dump(again) == dump(film)


@pytest.mark.parametrize(
    ("units", "message"),
    [
        ("  - {model: edgs}", r"film\.yaml:3\S*: controlnet\.0\.model: .*did you mean `edges`"),
        ("  - {model: word}", r"controlnet\.0\.model: .* is not a ControlNet but a file of kind"),
        ("  - {model: edges, source: gone.mp4}", r"controlnet\.0\.source: gone\.mp4: there is no such file"),
        ("  - {source: frame}", r"controlnet\.0: has no model; name a ControlNet, or set enabled: false"),
        ("  - {model: edges, wight: 1}", r"controlnet\.0\.wight: unknown setting; did you mean `weight`\?"),
        ("  - {model: edges, module: pose}", r"controlnet\.0\.module: .*'canny'"),
        (
            "  - {model: edges, weight: '0:(-1)'}",
            r"controlnet\.0\.weight: is -1 at frame 0; expected at",
        ),
        (
            "  - {model: edges, guidance_end: 2}",
            r"controlnet\.0\.guidance_end: is 2 at frame 0; expected 0",
        ),
        ("\n".join(["  - {model: edges}"] * 6), r"controlnet: .*at most 5"),
    ],
)
def test_mistakes_are_reported_with_their_places(write: Write, units: str, message: str) -> None:
    with pytest.raises(PresetError, match=message):
        load(write(units))


def test_units_that_are_off_may_name_missing_files(write: Write) -> None:
    film = load(write("  - {enabled: false, model: gone, source: gone.mp4}"))
    assert film.controlnet[0].source == "gone.mp4"


def test_overrides_give_units_as_a_list(write: Write) -> None:
    film = load(write("  - {model: edges}"), ["controlnet=[]"])
    assert film.controlnet == ()
