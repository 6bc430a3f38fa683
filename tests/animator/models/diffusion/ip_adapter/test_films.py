"""Films that follow images: rendered as commands render them, resumed, checked."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from animator.errors import PresetError
from animator.loop.build.pipeline import build_pipeline
from animator.loop.render import render
from animator.loop.state import State
from animator.models.diffusion.ip_adapter.encoder import ImageEncoder
from animator.presets.load import load
from animator.presets.plain import read_source
from animator.runs.inputs import inputs_of
from animator.runs.open_model import open_model
from animator.runs.preflight.check_film import check_film
from animator.runs.render_run import render_run
from animator.settings import Animation
from animator.timeline.timeline import Timeline
from tests.animator.models.diffusion import adapter_files, tiny_models

CPU = torch.device("cpu")
Folder = Callable[[str], Path]
Settings = Callable[..., dict[str, Any]]


@pytest.fixture
def settings(folder_of: Folder, adapters: Path, photos: tuple[Path, Path], tmp_path: Path) -> Settings:
    """A film of the tiny model whose weight rises from 0 to 1; the changes are those of its unit."""
    Image.new("L", (64, 64), 255).save(tmp_path / "white.png")

    def make(**unit: Any) -> dict[str, Any]:
        own = {
            "model": "sd1-plus",
            "image": {0: str(photos[0]), 4: [str(photo) for photo in photos]},
            "fade": 2,
            "weight": "0:(0), 7:(1)",
        }
        return {
            "schema": 1,
            "model": str(folder_of("sd1")),
            "size": [64, 64],
            "frames": 8,
            "prompts": "a lake",
            "diffusion": {"steps": 4, "strength": 0.5, "seed": 3, "model_folders": [str(adapters)]},
            "ip_adapter": [{**own, **unit}],
        }

    return make


def frames_of(film: Animation, state: State | None = None) -> list[Any]:
    return list(render(Timeline(film), build_pipeline(film, open_model(film, CPU)), state))


def test_a_film_is_rendered_and_resumed_with_the_same_bits(settings: Settings, tmp_path: Path) -> None:
    film = load(settings())
    assert render_run(film, tmp_path / "run", device=CPU).frames == 8
    assert "image_encoder" in (tmp_path / "run" / "run.json").read_text()
    frames = frames_of(film)
    for frame in (frames[2], frames[5]):
        state = State.from_bytes(frame.state.to_bytes())
        again = frames_of(film, state)
        for one, other in zip(again, frames[state.next_frame :], strict=True):
            assert torch.equal(one.image, other.image)


def test_a_film_of_flux_is_resumed_with_the_same_bits(
    folder_of: Folder, adapters: Path, photos: tuple[Path, Path], tmp_path: Path
) -> None:
    transformer = tiny_models.pipeline("flux").transformer
    save_file(
        adapter_files.as_xlabs(adapter_files.flux_tensors(transformer)), tmp_path / "flux-adapter.safetensors"
    )
    unit = {"model": "flux-adapter", "image": str(photos[0]), "weight": "0:(0), 7:(1)"}
    film = {
        "schema": 1,
        "model": str(folder_of("flux")),
        "size": [64, 64],
        "frames": 8,
        "prompts": "a lake",
        "diffusion": {
            "steps": 4,
            "sampler": "Euler",
            "strength": 0.5,
            "seed": 3,
            "model_folders": [str(tmp_path), str(adapters)],
        },
    }
    frames, plain = frames_of(load({**film, "ip_adapter": [unit]})), frames_of(load(film))
    assert torch.equal(frames[0].image, plain[0].image)
    assert not torch.equal(frames[3].image, plain[3].image)
    state = State.from_bytes(frames[2].state.to_bytes())
    for one, other in zip(
        frames_of(load({**film, "ip_adapter": [unit]}), state), frames[state.next_frame :], strict=True
    ):
        assert torch.equal(one.image, other.image)


def test_the_first_frame_has_no_weight_and_is_that_of_no_unit(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("nothing is encoded at weight 0")

    plain = load({**settings(), "ip_adapter": []})
    expected = frames_of(plain)
    acting = frames_of(load(settings()))
    assert torch.equal(acting[0].image, expected[0].image)
    assert not torch.equal(acting[3].image, expected[3].image)
    monkeypatch.setattr(ImageEncoder, "pixels", refuse)
    for one, other in zip(frames_of(load(settings(weight=0))), expected, strict=True):
        assert torch.equal(one.image, other.image)


def test_the_files_of_a_unit_are_inputs_of_the_film(
    settings: Settings, adapters: Path, tmp_path: Path
) -> None:
    found = {
        (one.setting, one.path.name) for one in inputs_of(load(settings(mask=f"[{tmp_path}/white.png]")))
    }
    assert found >= {
        ("ip_adapter.0.image", "0.png"),
        ("ip_adapter.0.image", "1.png"),
        ("ip_adapter.0.mask", "white.png"),
        ("ip_adapter.model", "sd1-plus.safetensors"),
        ("ip_adapter.encoder", "image_encoder"),
    }
    assert all(one.fingerprint() for one in inputs_of(load(settings())) if one.setting.startswith("ip_"))


@pytest.mark.parametrize(
    ("unit", "setting", "message"),
    [
        ({"model": "sdxl-plus"}, "model", "sdxl-plus: was made for another base, with text of width 80; the"),
        ({"model": "sd1"}, "model", "ip_adapter sd1: there is no such folder or file"),
        ({"encoder": "gone"}, "model", "encoder gone: there is no such folder or file"),
        ({"image": "gone.png"}, "image", "gone.png: there is no such file"),
        ({"image": {0: "frame", 4: ["gone.png"]}}, "image", "gone.png: there is no such file"),
        ({"image": "{adapters}"}, "image", "holds no images"),
        ({"image": "{photos}"}, "image", "frame 2: {photos}: has 2 images in range"),
        ({"mask": "[gone.png]"}, "mask", "gone.png: there is no such file"),
        ({"mask": "{init_mask}"}, "mask", "there is no {init_mask}; give mask_file"),
        ({"mask": "<sky>"}, "mask", "<sky> needs CLIPSeg"),
    ],
)
def test_what_is_wrong_is_found_before_a_model_loads(
    settings: Settings,
    adapters: Path,
    photos: tuple[Path, Path],
    unit: dict[str, Any],
    setting: str,
    message: str,
) -> None:
    places = {"{adapters}": str(adapters), "{photos}": str(photos[0].parent)}
    given = {
        name: places.get(value, value) if isinstance(value, str) else value for name, value in unit.items()
    }
    message = message.replace("{photos}", places["{photos}"])
    with pytest.raises(PresetError) as caught:
        check_film(read_source(settings(**given)))
    assert [(one.path, message in one.message) for one in caught.value.problems] == [
        (f"ip_adapter.0.{setting}", True)
    ]


def test_a_compiled_model_is_refused(settings: Settings) -> None:
    values = settings()
    values["diffusion"]["speed"] = "compiled"
    with pytest.raises(PresetError, match=r"ip_adapter\.0 changes the model while it generates"):
        check_film(read_source(values))
