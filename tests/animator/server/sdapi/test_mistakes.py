"""What requests for images are refused for, with the words that clients look for."""

from typing import Any

import pytest
from PIL import Image

from animator.jobs.images.work import DropModels
from tests.animator.server.running import Local
from tests.animator.server.sdapi.web_ui import SMALL, WebUi, encoded

TXT2IMG, IMG2IMG = "/sdapi/v1/txt2img", "/sdapi/v1/img2img"
GRAY = encoded(Image.new("RGB", (8, 8)))


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"sampler_name": "No such sampler"}, 404, "Sampler not found"),
        ({"scheduler": "No such spacing"}, 404, "Scheduler not found"),
        ({"script_name": "x/y/z plot"}, 422, "Script 'x/y/z plot' not found"),
        ({"alwayson_scripts": {"adetailer": {"args": []}}}, 422, "always on script adetailer not found"),
        ({"override_settings": {"sd_model_checkpoint": "nosuch"}}, 404, "checkpoint nosuch: is not here"),
        ({"override_settings": {"eta_ddim": "much"}}, 422, "option eta_ddim"),
        ({"refiner_checkpoint": "nosuch"}, 404, "checkpoint nosuch: is not here"),
        ({"restore_faces": True}, 422, "there is no face restorer GFPGAN here"),
        ({"enable_hr": True, "hr_upscaler": "R-ESRGAN 4x+"}, 422, "its file is not here"),
        ({"width": 8192, "height": 8192, "n_iter": 5}, 422, "expected at most 268435456"),
        ({"width": 4}, 422, "greater than or equal to 8"),
        ({"steps": 10**6}, 422, "less than or equal to 1000"),
        ({"batch_size": 65}, 422, "less than or equal to 64"),
    ],
)
def test_a_mistake_is_told_before_anything_is_made(
    idle: WebUi, body: dict[str, Any], status: int, words: str
) -> None:
    answer = idle.refuses(TXT2IMG, **{**SMALL, **body})
    assert answer[0] == status and words in answer[1]


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({}, 404, "Init image not found"),
        ({"init_images": ["data:image/png;base64,%%%"]}, 422, "Invalid encoded image"),
        ({"init_images": [GRAY[:40]]}, 422, "Invalid encoded image"),
        ({"init_images": [GRAY], "mask": "aGVsbG8="}, 422, "Invalid encoded image"),
        ({"init_images": ["http://127.0.0.1:1/x.png"]}, 422, "URLs are not fetched"),
        ({"init_images": ["file:///etc/passwd"]}, 422, "Invalid encoded image"),
        ({"init_images": [GRAY, GRAY]}, 422, "at most 1 item"),
    ],
)
def test_only_images_are_images(idle: WebUi, body: dict[str, Any], status: int, words: str) -> None:
    answer = idle.refuses(IMG2IMG, **{**SMALL, **body})
    assert answer[0] == status and words in answer[1]


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        ({"module": "densepose"}, "preprocessor 'densepose'"),
        ({"resize_mode": "Twist"}, "resize_mode of unit 0"),
        ({"control_mode": 7}, "control_mode of unit 0"),
        ({"weight": "heavy"}, "/alwayson_scripts/controlnet/args/0/weight"),
        ({"image": "%%%"}, "Invalid encoded image"),
    ],
)
def test_a_mistake_in_a_unit_is_told_with_its_place(idle: WebUi, unit: dict[str, Any], words: str) -> None:
    units = {"controlnet": {"args": [{"model": "canny", **unit}]}}
    status, text = idle.refuses(TXT2IMG, **SMALL, alwayson_scripts=units)
    assert status == 422 and words in text


def test_no_more_units_than_a_film_has(idle: WebUi) -> None:
    status, text = idle.refuses(TXT2IMG, alwayson_scripts={"controlnet": {"args": [{}] * 6}})
    assert status == 422 and "at most 5" in text


def test_what_the_worker_finds_is_told_by_the_name_of_the_setting(web_ui: WebUi) -> None:
    status, text = web_ui.refuses(TXT2IMG, **{**SMALL, "prompt": "<lora:nosuch:1>"})
    assert status == 422 and text.startswith("prompt: <lora:nosuch>: there is no nosuch.safetensors")
    units = {"controlnet": {"args": [{"model": "nosuch [1234abcd]", "image": GRAY}]}}
    status, text = web_ui.refuses(TXT2IMG, **SMALL, alwayson_scripts=units)
    assert status == 422 and text.startswith("controlnet.0.model: controlnet nosuch:")


def test_too_many_requests_for_images_are_told_to_come_again(local: Local, idle: WebUi) -> None:
    waiting = [local.context.images.submit(DropModels()) for _ in range(100)]
    answer = idle.ask(TXT2IMG, **SMALL)
    for task in waiting:
        local.context.images.remove(task.id)
    assert answer.status_code == 429 and answer.headers["retry-after"]


def test_without_captions_an_image_is_not_described(idle: WebUi) -> None:
    assert idle.refuses("/sdapi/v1/interrogate", image=GRAY) == (
        404,
        "Model not found: there is no model here that describes images",
    )
    assert idle.refuses("/sdapi/v1/interrogate")[1] == "Image not found"
