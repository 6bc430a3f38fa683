"""Units of single images: IP-Adapters, references without a ControlNet, and the rest of a network's model."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from animator import PresetError, generate
from animator.generation.control_fields import unit_texts, units_in
from animator.generation.models import load_options
from animator.generation.settings import ImageSettings
from animator.images.image import Image8
from animator.presets.infotext_fields import fields_of
from tests.animator.models.diffusion import adapter_files, tiny_models
from tests.animator.models.diffusion.network_files import single_files

Made = Callable[..., Image8]
ModelOf = Callable[[str], str]
MASKS = ("", "white.png", "black.png")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tiny models, and IP-Adapters with their encoder."""
    root = tmp_path_factory.mktemp("units")
    for kind in ("sd1", "sdxl"):
        unet = tiny_models.pipeline(kind).unet
        adapter_files.write("plus", unet, root / "library" / f"{kind}-plus.safetensors")
    adapter_files.encoder_folder(root / "library" / "image_encoder")
    return root


@pytest.fixture(scope="session")
def model_of(folder: Path) -> ModelOf:
    @lru_cache
    def write(kind: str) -> str:
        return str(tiny_models.write_folder(kind, folder / "models" / kind))

    return write


@pytest.fixture
def made(folder: Path, model_of: ModelOf) -> Made:
    """Generates one image with a tiny model."""

    def generate_one(kind: str = "sd1", **settings: Any) -> Image8:
        small = {"prompt": "a lake", "size": 64, "seed": 7, "steps": 3, "model": model_of(kind)}
        named = {**small, "model_folders": [str(folder / "library")], **settings}
        return generate(named, device="cpu")[0].pixels

    return generate_one


@pytest.fixture
def other(photo: str) -> str:
    """Another image than `photo`."""
    pixels = np.asarray(Image.open(photo))
    Image.fromarray(255 - pixels[::-1, :, ::-1]).save("other.png")
    return "other.png"


@pytest.mark.parametrize("kind", ["sd1", "sdxl"])
def test_images_act_like_prompts(made: Made, photo: str, other: str, kind: str) -> None:
    unit = {"model": f"{kind}-plus", "images": [photo]}
    changes: list[dict[str, Any]] = [
        {},
        {"weight": 0.5},
        {"start": 0.5},
        {"images": [other]},
        {"images": [photo, other]},
    ]
    images = [made(kind), *(made(kind, ip_adapter=[{**unit, **change}]) for change in changes)]
    assert len({image.tobytes() for image in images}) == len(images)
    without = made(kind, ip_adapter=[{**unit, "weight": 0}])
    assert np.array_equal(without, made(kind))


def test_they_act_inside_their_mask_only(made: Made, photo: str) -> None:
    Image.new("L", (64, 64), 0).save("black.png")
    Image.new("L", (64, 64), 255).save("white.png")
    unit = {"model": "sd1-plus", "images": [photo]}
    everywhere, white, black = (made(ip_adapter=[{**unit, "mask": mask}]) for mask in MASKS)
    assert np.array_equal(white, everywhere)
    assert np.array_equal(black, made())


def test_without_images_they_follow_the_init_image(made: Made, photo: str) -> None:
    over = {"init": {"image": photo, "strength": 0.5}}
    alone = made(**over, ip_adapter=[{"model": "sd1-plus"}])
    assert np.array_equal(alone, made(**over, ip_adapter=[{"model": "sd1-plus", "images": [photo]}]))
    assert not np.array_equal(alone, made(**over))


def test_they_act_on_the_second_pass_and_inside_of_a_mask(made: Made, photo: str, mask: str) -> None:
    Image.open(mask).save("where.png")
    units = [{"model": "sd1-plus", "images": [photo], "mask": "where.png"}]
    for settings in ({"hires": {"scale": 1.5}}, {"init": {"image": photo}, "mask": {"image": mask}}):
        assert not np.array_equal(made(**settings, ip_adapter=units), made(**settings))


@pytest.mark.parametrize("kind", ["sd1", "sdxl"])
def test_a_reference_needs_no_controlnet(made: Made, photo: str, kind: str) -> None:
    unit = {"module": "reference_only", "image": photo}
    images = [made(kind), made(kind, controlnet=[unit]), made(kind, controlnet=[{**unit, "threshold_a": 1}])]
    assert len({image.tobytes() for image in images}) == 3
    assert np.array_equal(made(kind, controlnet=[{**unit, "weight": 0}]), images[0])


def problems(made: Made, kind: str = "sd1", **settings: Any) -> dict[str, str]:
    """What is wrong with settings."""
    with pytest.raises(PresetError) as caught:
        made(kind, **settings)
    return {problem.path: problem.message for problem in caught.value.problems}


def test_mistakes_come_at_once(made: Made, photo: str) -> None:
    found = problems(
        made,
        controlnet=[
            {"module": "reference_only"},
            {"module": "canny", "image": photo},
            {"module": "reference_only", "image": photo, "threshold_a": 2},
        ],
        ip_adapter=[{"model": "nowhere"}, {"model": "sd1-plus", "images": ["lost.png"]}],
        text_encoders=["none"],
    )
    assert "field required" in found["controlnet.1.model"]
    assert "style fidelity" in found["controlnet.2.threshold_a"]
    found = problems(
        made,
        controlnet=[{"module": "reference_only"}],
        ip_adapter=[{"model": "nowhere"}, {"model": "sdxl-plus", "images": [photo]}, {"model": "sd1-plus"}],
    )
    assert "is empty" in found["controlnet.0.image"] and "is empty" in found["ip_adapter.2.images"]
    assert "there is no such" in found["ip_adapter.0.model"]
    assert "was made for another base" in found["ip_adapter.1.model"]
    assert problems(made, ip_adapter=[{"model": "sd1-plus", "images": ["lost.png"]}]).keys() == {
        "ip_adapter.0.images.0"
    }


def test_models_that_take_no_reference_say_so(made: Made, photo: str) -> None:
    units = [{"module": "reference_only", "image": photo}]
    found = problems(made, "z-image", sampler="Euler", controlnet=units)
    assert "does not support it" in found["controlnet.0.module"]


def test_the_rest_of_a_network_is_named(made: Made, model_of: ModelOf, tmp_path: Path) -> None:
    tensors = single_files.original(tiny_models.pipeline("z-image").transformer, "z-image")
    network = str(single_files.write_plain(tensors, tmp_path / "net.safetensors", prefix=""))
    whole = Path(model_of("z-image"))
    own = whole / "text_encoder" / "model.safetensors"
    (tmp_path / "other.safetensors").write_bytes(own.read_bytes())
    other = tiny_models.pipeline("z-image", seed=5).text_encoder
    other.save_pretrained(tmp_path / "encoder")
    rest = {"model": network, "parts": str(whole), "sampler": "Euler"}
    expected = made("z-image", sampler="Euler")
    assert np.array_equal(made(**rest), expected)
    assert np.array_equal(made(**rest, text_encoders=[str(tmp_path / "other.safetensors")]), expected)
    replaced = made(**rest, text_encoders=[str(tmp_path / "encoder" / "model.safetensors")])
    assert not np.array_equal(replaced, expected)
    assert "holds the network of Z-Image alone" in problems(made, model=network, sampler="Euler")["model"]
    found = problems(made, **rest, text_encoders=["nowhere"])
    assert "there is no such" in found["text_encoders"]


def test_another_rest_is_another_model() -> None:
    before = load_options(ImageSettings(model="a", parts="b"))
    assert before != load_options(ImageSettings(model="a", parts="c"))
    assert before != load_options(ImageSettings(model="a", parts="b", text_encoders=("d",)))
    assert before == load_options(ImageSettings(model="a", parts="b"))


def test_an_infotext_has_the_units() -> None:
    units = {
        "controlnet": [
            {"module": "reference_only", "weight": 0.5},
            {"model": "edges", "module": "canny", "end": 0.5},
        ],
        "ip_adapter": [{"model": "plus", "encoder": "vision", "weight": 0.7, "start": 0.25}],
    }
    texts = unit_texts(ImageSettings.model_validate(units))
    assert list(texts) == ["ControlNet 0", "ControlNet 1", "ControlNet 2"]
    assert fields_of(texts["ControlNet 2"])["Module"] == "ip-adapter-auto"
    read = ImageSettings.model_validate(units_in(texts))
    assert unit_texts(read) == texts
    by_a1111 = "Module: ip-adapter_clip_sd15, Model: ip-adapter_sd15 [6a3f6166], Weight: 0.6"
    (unit,) = units_in({"ControlNet 0": by_a1111})["ip_adapter"]
    assert unit == {"model": "ip-adapter_sd15", "weight": 0.6}
