"""Images that are enlarged, or preprocessed for ControlNet."""

import pytest
from PIL import Image

from tests.animator.server.sdapi.web_ui import WebUi, decoded, encoded

SINGLE, BATCH = "/sdapi/v1/extra-single-image", "/sdapi/v1/extra-batch-images"
BLUE = Image.new("RGB", (48, 32), (40, 90, 160))


def test_an_image_is_enlarged_by_a_factor_or_to_a_size(web_ui: WebUi) -> None:
    made = web_ui.post(SINGLE, image=encoded(BLUE), upscaling_resize=2, upscaler_1="Lanczos")
    assert decoded(made["image"]).size == (96, 64) and made["html_info"] == "Upscale by: 2"
    size = {"resize_mode": 1, "upscaling_resize_w": 100, "upscaling_resize_h": 100}
    made = web_ui.post(SINGLE, image=f"data:image/png;base64,{encoded(BLUE)}", **size, upscaler_2="Nearest")
    assert decoded(made["image"]).size == (100, 100) and made["html_info"] == "Upscale to: 100x100"


def test_several_images_are_enlarged_at_once(web_ui: WebUi) -> None:
    images = [{"data": encoded(BLUE), "name": name} for name in ("a.png", "b.png")]
    made = web_ui.post(BATCH, imageList=images, upscaling_resize=3)
    assert [decoded(image).size for image in made["images"]] == [(144, 96)] * 2


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"image": ""}, "Image not found"),
        ({"image": "%"}, "Invalid encoded image"),
        ({"image": encoded(BLUE), "gfpgan_visibility": 1}, "no face restorer GFPGAN here"),
        ({"image": encoded(BLUE), "upscaler_1": "R-ESRGAN 4x+"}, "its file is not here"),
        ({"image": encoded(BLUE), "upscaling_resize": 100}, "less than or equal to 8"),
    ],
)
def test_what_cannot_be_enlarged_is_told(idle: WebUi, body: dict[str, object], words: str) -> None:
    status, text = idle.refuses(SINGLE, **body)
    assert status in (404, 422) and words in text


def test_control_images_are_made_as_units_would(web_ui: WebUi) -> None:
    edges = Image.new("RGB", (48, 32))
    edges.paste((255, 255, 255), (0, 0, 24, 32))
    body = {"controlnet_module": "canny", "controlnet_processor_res": 32}
    made = web_ui.post("/controlnet/detect", controlnet_input_images=[encoded(edges)], **body)
    extrema = decoded(made["images"][0]).convert("L").getextrema()
    assert extrema == (0, 255) and made["info"] == "Success"
    other_name = web_ui.post("/controlnet/detect", controlnet_images=[encoded(edges)], **body)
    assert other_name["images"] == made["images"]
    assert web_ui.post("/controlnet/detect")["info"] == "No image selected"


def test_models_are_dropped_on_request(web_ui: WebUi) -> None:
    assert web_ui.post("/sdapi/v1/unload-checkpoint") is None
    assert web_ui.post("/sdapi/v1/reload-checkpoint") is None
