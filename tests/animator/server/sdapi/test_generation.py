"""txt2img and img2img: the images, what is said of them, and what each field does."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.animator.server.running import Command
from tests.animator.server.sdapi.web_ui import WebUi, encoded

INFO = {
    **dict.fromkeys(("prompt", "negative_prompt", "sampler_name", "sd_model_name", "sd_model_hash"), str),
    **dict.fromkeys(("job_timestamp", "version"), str),
    **dict.fromkeys(("seed", "subseed", "width", "height", "batch_size", "clip_skip"), int),
    **dict.fromkeys(("seed_resize_from_w", "seed_resize_from_h", "index_of_first_image", "steps"), int),
    **dict.fromkeys(("cfg_scale", "denoising_strength", "subseed_strength"), float),
    **dict.fromkeys(("all_prompts", "all_negative_prompts", "all_seeds", "all_subseeds"), list),
    **dict.fromkeys(("infotexts", "styles"), list),
    **dict.fromkeys(("restore_faces", "is_using_inpainting_conditioning"), bool),
    "extra_generation_params": dict,
}
"""What clients need in `info`, with its types."""
BLUE = (40, 90, 160)


@pytest.fixture
def lake() -> Image.Image:
    image = Image.new("RGB", (64, 64), BLUE)
    ImageDraw.Draw(image).ellipse((16, 16, 48, 48), fill=(220, 180, 40))
    return image


def distance(a: Image.Image, b: Image.Image) -> float:
    return float(np.abs(np.asarray(a.convert("RGB"), float) - np.asarray(b.convert("RGB"), float)).mean())


def test_an_image_says_how_it_was_made(web_ui: WebUi) -> None:
    made = web_ui.txt2img(negative_prompt="text", sampler_name="DPM++ 2M Karras")
    assert made.images[0].size == (64, 64)
    text = made.images[0].info["parameters"]
    assert made.info["infotexts"] == [text] and "Negative prompt: text" in text and "Seed: 7" in text
    assert {name: type(made.info[name]) for name in INFO} == INFO
    assert (made.info["sampler_name"], made.info["all_seeds"]) == ("DPM++ 2M", [7])
    assert made.parameters["prompt"] == "a lake" and made.parameters["n_iter"] == 1


def test_null_stands_for_the_default_and_unknown_fields_are_ignored(web_ui: WebUi) -> None:
    made = web_ui.txt2img(styles=None, subseed=None, sampler_name=None, hr_cfg=None, no_such_field={"a": 1})
    assert made.info["sampler_name"] == "Euler" and len(made.images) == 1


@pytest.mark.parametrize(
    ("name", "scheduler", "sampler"),
    [
        ("k_euler_a", "Automatic", "Euler a"),
        ("DPM++ 2M", "karras", "DPM++ 2M Karras"),
        ("DPM++ 2M Karras", "Exponential", "DPM++ 2M Exponential"),
        ("k_dpmpp_2m", "sgm_uniform", "DPM++ 2M SGM Uniform"),
    ],
)
def test_samplers_have_their_old_names_and_their_new_ones(
    web_ui: WebUi, name: str, scheduler: str, sampler: str
) -> None:
    one = web_ui.txt2img(sampler_name=name, scheduler=scheduler)
    two = web_ui.txt2img(sampler_name=sampler)
    assert one.info["infotexts"] == two.info["infotexts"]


def test_the_second_pass_has_its_own_size(web_ui: WebUi) -> None:
    by_scale = web_ui.txt2img(enable_hr=True, hr_scale=1.5, hr_upscaler="Latent (nearest)")
    assert by_scale.images[0].size == (96, 96)
    assert "Hires upscaler: Latent (nearest)".lower() in by_scale.info["infotexts"][0].lower()
    one_side = web_ui.txt2img(height=32, enable_hr=True, hr_resize_x=96, hr_upscaler="Lanczos")
    assert one_side.images[0].size == (96, 48)
    old = web_ui.txt2img(enable_hr=True, firstphase_width=32, firstphase_height=32)
    assert old.images[0].size == (64, 64) and "Size: 32x32" in old.info["infotexts"][0]


def test_the_same_seed_is_the_same_image_alone_and_in_a_batch_of_iterations(web_ui: WebUi) -> None:
    batch = web_ui.txt2img(n_iter=2)
    assert batch.info["all_seeds"] == [7, 8]
    assert distance(batch.images[1], web_ui.txt2img(seed=8).images[0]) == 0


def test_extra_networks_can_be_switched_off(web_ui: WebUi) -> None:
    made = web_ui.txt2img(prompt="a lake<lora:nosuch:0.8>", disable_extra_networks=True)
    assert made.info["prompt"] == "a lake"


def test_what_has_no_effect_is_said(web_ui: WebUi) -> None:
    assert web_ui.txt2img(s_churn=0.5).info["comments"] == ["s_churn: has no effect here"]
    usual = {"s_churn": 0, "s_tmin": 0, "s_tmax": 0, "s_noise": 1}
    assert web_ui.txt2img(**usual).info["comments"] == []


def test_what_has_no_effect_over_an_image_is_said(web_ui: WebUi, lake: Image.Image) -> None:
    made = web_ui.img2img(lake, mask_round=False, s_tmax=2.0)
    assert made.info["comments"] == ["s_tmax, mask_round: have no effect here"]
    assert web_ui.img2img(lake, mask_round=True).info["comments"] == []


def test_images_are_kept_where_that_is_asked_for(web_ui: WebUi, image_server: Command) -> None:
    folder = image_server.renders / "images"
    before = set(folder.rglob("*.png"))
    made = web_ui.txt2img(save_images=True, send_images=False)
    assert made.images == [] and len(made.info["infotexts"]) == 1
    (kept,) = set(folder.rglob("*.png")) - before
    assert made.info["infotexts"][0].encode() in kept.read_bytes()
    web_ui.txt2img(save_images=True, do_not_save_samples=True)
    assert len(set(folder.rglob("*.png")) - before) == 1


def test_less_denoising_keeps_more_of_an_image(web_ui: WebUi, lake: Image.Image) -> None:
    weak, strong = (web_ui.img2img(lake, steps=8, denoising_strength=part).images[0] for part in (0.1, 0.9))
    assert distance(weak, lake) < distance(strong, lake)


def test_the_images_of_a_request_do_not_come_back_and_do_not_stay(
    web_ui: WebUi, image_server: Command, lake: Image.Image
) -> None:
    made = web_ui.img2img(lake, mask=None)
    assert made.parameters["init_images"] is None
    assert web_ui.img2img(lake, include_init_images=True).parameters["init_images"][0].startswith("iVBOR")
    assert list((image_server.renders / "requests").iterdir()) == []


@pytest.mark.parametrize("full_res", [False, True])
@pytest.mark.parametrize("blur", [{"mask_blur": 0}, {"mask_blur_x": 1, "mask_blur_y": 2}])
def test_only_what_the_mask_covers_changes(
    web_ui: WebUi, lake: Image.Image, blur: dict[str, int], full_res: bool
) -> None:
    mask = Image.new("L", (64, 64), 0)
    mask.paste(255, (0, 0, 32, 64))
    body = {"mask": encoded(mask), **blur, "inpaint_full_res": full_res, "denoising_strength": 0.9}
    left, right = (0, 0, 24, 64), (44, 0, 64, 64)
    inside = web_ui.img2img(lake, **body).images[0]
    assert distance(inside.crop(right), lake.crop(right)) < 2 < distance(inside.crop(left), lake.crop(left))
    outside = web_ui.img2img(lake, **body, inpainting_mask_invert=1).images[0]
    assert distance(outside.crop(left), lake.crop(left)) < 2 < distance(outside.crop(right), lake.crop(right))


def test_resize_modes_fit_an_image_as_they_are_named(web_ui: WebUi) -> None:
    wide = Image.new("RGB", (128, 64), BLUE)
    wide.paste((250, 250, 250), (0, 0, 32, 64))
    made = [
        web_ui.img2img(wide, resize_mode=mode, denoising_strength=0.02, steps=50).images[0].getpixel((4, 32))
        for mode in (0, 1, 2)
    ]
    stretched, cropped, padded = (pixel[0] for pixel in made if isinstance(pixel, tuple))
    assert stretched > 180 and padded > 180 and cropped < 120
