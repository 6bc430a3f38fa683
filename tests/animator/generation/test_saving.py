"""Saved images: their infotext, read back to the same image; whose files are replaced."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from animator import FakeDiffuser, GeneratedImage, UserError, generate
from animator.generation.preflight import check_images
from animator.generation.recorded import draft_of_infotext, recorded_draft
from animator.images.image import Image8
from animator.models.diffusion.request import Diffuser
from animator.presets.records import read_provenance
from tests.animator.generation.conftest import Make

INIT = {"image": "photo.png"}
MASK = {"image": "mask.png"}


def pixels_of(path: Path) -> Image8:
    with Image.open(path) as image:
        return np.asarray(image)


def again(path: Path, diffuser: Diffuser, **more: Any) -> GeneratedImage:
    """Generates the image that a file records."""
    draft, _ = recorded_draft(path)
    (image,) = generate(draft.values, diffuser=diffuser, device="cpu", **more)
    return image


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"negative_prompt": 'fog, people: many\n"quoted"'},
        {"prompt": "a lake, (dawn:1.2), été, 湖"},
        {"sampler": "DPM++ 2M Karras", "cfg_scale": 4.25, "clip_skip": 2},
        {"sampler": "DDIM", "ddim_eta": 0.3},
        {"subseed": 3, "subseed_strength": 0.35, "seed_resize": [48, 64], "ancestral_eta": 0.7},
        {"tiling": True},
        {"tiling": "y", "freeu": {"b1": 1.1}, "deep_shrink": {"factor": 1.5}},
        {"distilled_cfg_scale": 2.5, "negative_prompt": "fog", "cfg_rescale": 0.4},
        {"hires": {"scale": 1.5, "strength": 0.65, "steps": 4, "prompt": "a forest", "cfg_scale": 2}},
        {"hires": {"size": [96, 80], "upscaler": "lanczos", "sampler": "DPM++ 2M Karras"}},
        {"hires": {"scale": 2, "upscaler": "latent nearest-exact", "strength": 0.3}},
        {"batch": 3},
    ],
)
@pytest.mark.parametrize("suffix", [".png", ".webp"])
def test_the_settings_in_a_file_give_the_same_bits(
    make: Make, starter: Diffuser, settings: dict[str, Any], suffix: str
) -> None:
    if settings.get("batch"):
        given = {"prompt": "a lake", "size": 64, "seed": 7, "steps": 3, "exact": True, **settings}
        image = generate(given, diffuser=starter, device="cpu")[2]
    else:
        image = make(**settings)
    path = image.save(f"image{suffix}")
    made = again(path, starter)
    assert np.array_equal(made.pixels, image.pixels) and made.infotext == image.infotext


@pytest.mark.parametrize(
    ("settings", "given"),
    [
        ({"init": {**INIT, "strength": 0.35, "noise_multiplier": 1.05}}, {"init": INIT}),
        ({"size": [96, 64], "init": {**INIT, "resize": "pad"}}, {"init": INIT}),
        (
            {"init": INIT, "mask": {**MASK, "blur": 2, "padding": 6, "fill": "fill"}},
            {"init": INIT, "mask": MASK},
        ),
        (
            {"init": INIT, "mask": {**MASK, "invert": True, "full_res": False, "fill": "latent noise"}},
            {"init": INIT, "mask": MASK},
        ),
        ({"init": INIT, "outpaint": {"left": 16, "top": 8, "blur": 3, "fill": "original"}}, {"init": INIT}),
    ],
)
def test_over_the_same_image_they_give_the_same_bits(
    make: Make, starter: Diffuser, photo: str, mask: str, settings: dict[str, Any], given: dict[str, Any]
) -> None:
    image = make(**settings)
    assert np.array_equal(again(image.save("image.jpg"), starter, **given).pixels, image.pixels)


A1111 = (
    "a lake <lora:ink:0.7>\nNegative prompt: fog\nSteps: 20, Sampler: DPM++ 2M, Schedule type: Karras, "
    "CFG scale: 7, Seed: 12, Size: 512x768, Model hash: 1234567890, Model: starter"
)


def test_an_infotext_of_a1111_is_understood() -> None:
    more = (
        "Denoising strength: 0.45, ENSD: 31337, Hires upscale: 1.5, Hires steps: 10, Hires upscaler: Latent "
        "(bicubic), Hires sampler: Use same sampler, Refiner: xl_refiner [0123456789], Refiner switch at: "
        '0.7, Mask blur: 8, ControlNet 0: "Module: depth_midas, Model: control_depth [12ab], Weight: 0.8, '
        "Resize Mode: Crop and Resize, Processor Res: 512, Threshold A: -1, Guidance Start: 0, Guidance End: "
        '0.6, Control Mode: My prompt is more important", Lora hashes: "ink: 123456", Version: v1.10.1'
    )
    draft, notes = draft_of_infotext(f"{A1111}, {more}", "image.png")
    values = draft.values
    assert (values["prompt"], values["negative_prompt"]) == ("a lake <lora:ink:0.7>", "fog")
    assert (values["steps"], values["sampler"], values["seed"]) == (20, "DPM++ 2M Karras", 12)
    assert values["hires"] == {"scale": 1.5, "steps": 10, "upscaler": "Latent (bicubic)", "strength": 0.55}
    assert values["refiner"] == {"model": "xl_refiner", "share": 0.7}
    assert values["mask"] == {"blur": 8, "full_res": False} and values["model"] == "starter"
    (unit,) = values["controlnet"]
    assert unit == {
        "model": "control_depth",
        "module": "depth",
        "weight": 0.8,
        "start": 0,
        "end": 0.6,
        "processor_res": 512,
        "resize": "crop",
        "control_mode": "prompt",
    }
    assert notes == ("image.png (infotext): is not taken over: ENSD",)


def test_a_model_that_is_not_there_is_named_and_left_open() -> None:
    text = A1111.replace("Model: starter", "Model: dreams_v5")
    draft, (note,) = draft_of_infotext(text, "image.png")
    assert (
        "model" not in draft.values and "generated with dreams_v5, which is not in the model folders" in note
    )


def test_wrong_values_in_an_infotext_are_reported_with_the_file() -> None:
    draft, _ = draft_of_infotext("a lake\nSteps: 20, Sampler: Euler, Seed: many, Size: 8x8000000", "odd.png")
    with pytest.raises(UserError) as caught:
        check_images(draft, opens_model=False)
    assert "odd.png (infotext): seed: input should be a valid integer" in str(caught.value)
    assert "odd.png (infotext): size.1: input should be less than" in str(caught.value)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".jpeg", ".webp", ".PNG"])
def test_files_carry_the_infotext_and_are_ours_to_replace(suffix: str) -> None:
    image = generate("a lake, été", diffuser=FakeDiffuser(), size=48)[0]
    path = Path("new/folder") / f"image{suffix}"
    assert image.save(path) == path == image.save(path)
    assert read_provenance(path).infotext == image.infotext
    close = np.abs(pixels_of(path).astype(int) - image.pixels).mean()
    assert close < 3 and (suffix.lower() != ".png" or close == 0)
    assert image.encoded(suffix) == path.read_bytes()


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
def test_a_file_of_another_program_is_replaced_only_by_force(suffix: str) -> None:
    path = Path(f"photo{suffix}")
    Image.new("RGB", (8, 8)).save(path)
    before = path.read_bytes()
    image = generate("a lake", diffuser=FakeDiffuser(), size=48)[0]
    with pytest.raises(UserError, match="exists, and has no record that animator wrote it"):
        image.save(path)
    assert path.read_bytes() == before
    image.save(path, force=True)
    assert path.read_bytes() != before


@pytest.mark.parametrize(("name", "message"), [("image.gif", "ends in .gif"), ("image", "has no suffix")])
def test_an_unknown_format_is_refused(name: str, message: str) -> None:
    with pytest.raises(UserError, match=rf"{message}; expected .png, .jpg, .jpeg, .webp"):
        generate("a lake", diffuser=FakeDiffuser(), size=48)[0].save(name)


def test_an_infotext_that_is_too_long_for_jpeg_says_what_to_do() -> None:
    image = generate("lake " * 9000, diffuser=FakeDiffuser(), size=48)[0]
    with pytest.raises(UserError, match=r"too long for a JPEG file; save the image as .png or .webp"):
        image.save("image.jpg")
    assert not Path("image.jpg").exists()
    assert read_provenance(image.save("image.webp")).infotext == image.infotext
