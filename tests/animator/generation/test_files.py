"""Model files through `generate`: tiny checkpoints of all families, and what adds to them."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from animator import PresetError, generate
from animator.images.image import Image8
from tests.animator.models.diffusion import controlnet_files, hypernetwork_files, lora_files, tiny_models

Made = Callable[..., Image8]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tiny models, and a library of files that add to them."""
    root = tmp_path_factory.mktemp("images")
    library = root / "library"
    library.mkdir()
    sd1 = tiny_models.pipeline("sd1")
    lora_files.kohya(lora_files.factors(sd1), library / "ink.safetensors", 4)
    widths = sorted(
        {module.to_k.in_features for name, module in sd1.unet.named_modules() if name.endswith("attn2")}
    )
    networks = {width: hypernetwork_files.pair(width) for width in widths}
    hypernetwork_files.safetensors(networks, library / "net.safetensors")
    controlnet_files.file(controlnet_files.net("sd1"), library / "edges.safetensors")
    return root


@pytest.fixture(scope="session")
def model_of(folder: Path) -> Callable[[str], str]:
    @lru_cache
    def write(kind: str) -> str:
        return str(tiny_models.write_folder(kind, folder / kind))

    return write


@pytest.fixture
def made(folder: Path, model_of: Callable[[str], str]) -> Made:
    """Generates one image with a tiny model."""

    def generate_one(kind: str = "sd1", **settings: Any) -> Image8:
        small = {"prompt": "a lake", "size": 64, "seed": 7, "steps": 3, "model": model_of(kind)}
        named = {**small, "model_folders": [str(folder / "library")], **settings}
        return generate(named, device="cpu")[0].pixels

    return generate_one


@pytest.mark.parametrize("kind", ["sd1", "sd2", "sdxl"])
def test_each_family_generates_over_an_image_and_enlarges(made: Made, kind: str, photo: str) -> None:
    over = made(kind, init={"image": photo, "strength": 0.5})
    assert over.shape == (64, 64, 3) and (over != made(kind)).any()
    assert made(kind, hires={"scale": 1.5}).shape == (96, 96, 3)


@pytest.mark.parametrize("kind", ["sd3", "flux"])
def test_transformers_generate_and_refuse_what_they_cannot(
    made: Made, kind: str, photo: str, mask: str
) -> None:
    assert made(kind, sampler="Euler").shape == (64, 64, 3)
    masked = made(kind, sampler="Heun", init={"image": photo}, mask={"image": mask})
    assert masked.shape == (64, 64, 3)
    with pytest.raises(PresetError) as caught:
        made(kind, tiling=True, init={"image": photo}, mask={"image": mask})
    assert {problem.path for problem in caught.value.problems} == {"sampler", "tiling"}


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": "a lake <lora:ink:0.8>"},
        {"prompt": "a lake <hypernet:net:0.8>"},
        {"cfg_rescale": 0.9, "cfg_scale": 9},
        {"negative_prompt": "fog"},
    ],
)
def test_what_adds_to_a_model_changes_the_image(made: Made, change: dict[str, Any]) -> None:
    plain = {name: value for name, value in change.items() if name == "cfg_scale"}
    assert not np.array_equal(made(**plain), made(**change))


def test_an_editing_model_is_guided_by_the_image(made: Made, photo: str) -> None:
    edit = {"init": {"image": photo, "strength": 0.0}, "cfg_scale": 5}
    weak, strong = (made("sd1-edit", **edit, image_cfg_scale=scale) for scale in (1.0, 4.0))
    assert not np.array_equal(weak, strong)
    assert np.array_equal(made(**edit, image_cfg_scale=1.0), made(**edit, image_cfg_scale=4.0))


def test_an_inpainting_model_generates_inside_the_mask(made: Made, photo: str, mask: str) -> None:
    area = {"init": {"image": photo}, "mask": {"image": mask, "blur": 0, "full_res": False}}
    before = np.asarray(Image.open(photo).convert("RGB").resize((64, 64), Image.Resampling.LANCZOS))
    outside = np.asarray(Image.open(mask).convert("L").resize((64, 64))) == 0
    after = made("sd1-inpaint", **area)
    assert np.abs(after[outside].astype(int) - before[outside]).max() <= 1
    assert (after[~outside] != before[~outside]).any()


def test_a_control_image_guides(made: Made, photo: str) -> None:
    unit = {"model": "edges", "image": photo, "module": "canny"}
    guided = made(controlnet=[unit])
    assert not np.array_equal(guided, made())
    assert not np.array_equal(guided, made(controlnet=[{**unit, "weight": 0.3}]))
    assert np.array_equal(made(controlnet=[{**unit, "weight": 0}]), made())


def test_a_control_image_is_cropped_with_the_mask(made: Made, photo: str, mask: str) -> None:
    over = {"init": {"image": photo}, "mask": {"image": mask, "padding": 4}, "size": 32}
    guided = made(**over, controlnet=[{"model": "edges", "module": "blur"}])
    assert guided.shape == (64, 64, 3) and not np.array_equal(guided, made(**over))


def test_a_refiner_makes_the_last_steps(made: Made, model_of: Callable[[str], str], folder: Path) -> None:
    other = str(tiny_models.write_folder("sd1", folder / "other", seed=8))
    refined = made(refiner={"model": other, "share": 0.4})
    assert not np.array_equal(refined, made())
    assert np.array_equal(made(refiner={"model": other, "share": 1}), made())


def test_deep_shrink_is_checked_before_the_model_is_opened(made: Made, photo: str) -> None:
    unit = {"model": "edges", "image": photo}
    with pytest.raises(PresetError) as caught:
        made(deep_shrink={"block": 30}, controlnet=[{**unit, "weight": 0}, unit])
    found = {problem.path: problem.message for problem in caught.value.problems}
    assert "is 30; the model" in found["deep_shrink.block"]
    assert "does not go with controlnet.1" in found["deep_shrink"]
    assert made(deep_shrink={"block": 3}, controlnet=[{**unit, "weight": 0}]).shape == (64, 64, 3)


def test_mistakes_about_files_come_at_once(made: Made) -> None:
    with pytest.raises(PresetError) as caught:
        made(
            prompt="a lake <lora:nope:1>",
            negative_prompt="<hypernet:none:1>",
            clip_skip=60,
            vae="novae",
            refiner={"model": "gone.safetensors"},
            hires={"scale": 2, "upscaler": "no-such-network", "prompt": "<lora:nil:1>"},
            controlnet=[{"model": "absent"}],
            init={"image": "lost.png"},
        )
    assert {problem.path for problem in caught.value.problems} == {
        *("prompt", "negative_prompt", "clip_skip", "vae", "refiner.model", "init.image"),
        *("hires.upscaler", "hires.prompt", "controlnet.0.model"),
    }
