"""What a generation starts from: init images, masks, and room beyond the edges."""

from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from animator import FakeDiffuser, GenerationRequest, generate
from animator.generation.fit import area_size, fitted
from animator.generation.groups import ResizeMode
from animator.images.image import Image8
from tests.animator.generation.conftest import Make
from tests.fakes import PassthroughOrGray, Recorder


def pixels_of(path: str) -> Image8:
    with Image.open(path) as image:
        return np.asarray(image)


def asked(**settings: Any) -> GenerationRequest:
    """Returns the only request of some settings."""
    recorder = Recorder(FakeDiffuser())
    generate({"prompt": "a lake", "seed": 1, **settings}, diffuser=recorder, device="cpu")
    (request,) = recorder.asked
    return request


def result(**settings: Any) -> Image8:
    """Returns the image of some settings with a diffuser that generates gray inside of the mask."""
    (image,) = generate(
        {"prompt": "a lake", "seed": 1, **settings}, diffuser=PassthroughOrGray(), device="cpu"
    )
    return image.pixels


@pytest.mark.parametrize(("how", "corner"), [("stretch", 0), ("crop", 16), ("pad", 0)])
def test_an_image_of_another_aspect_ratio_is_fitted(how: ResizeMode, corner: int) -> None:
    ramp = np.repeat(np.arange(64, dtype=np.uint8)[None, :, None], 32, 0).repeat(3, 2)
    made = np.asarray(fitted(Image.fromarray(ramp), (32, 32), how))
    assert made.shape == (32, 32, 3) and abs(int(made[16, 0, 0]) - corner) <= 1
    if how == "pad":  # 16 rows in the middle, and their edges above and below
        assert (made[0] == made[8]).all() and (made[31] == made[23]).all()


@pytest.mark.parametrize(
    ("own", "side", "size"),
    [((64, 48), 256, (64, 48)), ((4000, 3000), 512, (592, 440)), ((100, 9000), 256, (24, 2432))],
)
def test_a_large_image_is_scaled_to_what_suits_the_model(
    own: tuple[int, int], side: int, size: tuple[int, int]
) -> None:
    assert area_size(own, side) == size


def test_an_init_image_gives_the_size_and_is_kept_by_its_strength(photo: str) -> None:
    request = asked(init={"image": photo, "strength": 0.6, "noise_multiplier": 1.1})
    assert request.size == (64, 64) and request.image is not None
    assert (request.strength, request.noise_multiplier) == (0.6, 1.1)


def test_an_image_can_be_resized_as_a_latent(make: Make, photo: str) -> None:
    over = {"size": [96, 64], "init": {"image": photo, "strength": 0.7}}
    stretched = make(**over).pixels
    resized = make(**{**over, "init": {**over["init"], "resize": "latent"}}).pixels  # type: ignore[dict-item]
    assert resized.shape == stretched.shape == (64, 96, 3) and (resized != stretched).any()


def test_only_the_mask_is_generated(make: Make, photo: str, mask: str) -> None:
    before = pixels_of(photo)
    over: dict[str, Any] = {"init": {"image": photo}, "mask": {"image": mask, "blur": 0}}
    over["mask"]["full_res"] = False
    inside = np.s_[26:38, 26:38]
    changed = np.abs(make(**over).pixels.astype(int) - before).max(-1) > 1
    assert changed[inside].mean() > 0.9 and not changed[:24].any() and not changed[:, 40:].any()
    over["mask"]["invert"] = True
    changed = np.abs(make(**over).pixels.astype(int) - before).max(-1) > 1
    assert not changed[inside].any() and changed[:20].mean() > 0.9


def test_the_edge_of_a_mask_is_soft(photo: str, mask: str) -> None:
    soft = asked(init={"image": photo}, mask={"image": mask, "blur": 2, "full_res": False}).mask
    assert soft is not None and soft.shape == (1, 64, 64)
    assert 0.4 < float(soft[0, 32, 24]) < 0.7 and float(soft[0, 32, 32]) > 0.99 and float(soft[0, 32, 8]) == 0


@pytest.mark.parametrize("fill", ["fill", "original", "latent noise", "latent nothing"])
def test_a_mask_has_its_content_at_first(photo: str, mask: str, fill: str) -> None:
    request = asked(init={"image": photo}, mask={"image": mask, "fill": fill, "full_res": False})
    assert request.fill == fill and request.mask_padding is None


def test_a_mask_at_full_resolution_leaves_a_large_image_as_large(mask: str) -> None:
    large = Image.fromarray(np.random.default_rng(1).integers(0, 255, (200, 300, 3), np.uint8))
    large.save("large.png")
    over = {"init": {"image": "large.png"}, "mask": {"image": mask, "blur": 0, "padding": 8}, "size": 64}
    recorder = Recorder(FakeDiffuser())
    (image,) = generate({"prompt": "a lake", **over}, diffuser=recorder, device="cpu")
    (request,) = recorder.asked
    assert request.size == (64, 64) and request.image is not None and request.image.shape == (3, 64, 64)
    assert image.pixels.shape == (200, 300, 3)
    before = np.asarray(large)
    assert (image.pixels[:70] == before[:70]).all() and (image.pixels[100, 150] != before[100, 150]).any()


def test_the_canvas_grows_beyond_the_edges_and_the_image_stays(make: Make, photo: str) -> None:
    sides = {"left": 32, "bottom": 16, "blur": 2}
    before = pixels_of(photo)
    made = make(size=None, init={"image": photo}, outpaint=sides).pixels
    assert made.shape == (80, 96, 3)
    inner = made[:64, 32:]
    assert (inner[:50, 14:] == before[:50, 14:]).all() and (inner[:, 0] != before[:, 0]).any()
    continued = np.abs(made[:64, :32].astype(int) - before[:, :1]).max(-1) > 1
    assert continued.mean() > 0.9


def test_the_seam_of_the_new_part_is_soft(photo: str) -> None:
    mask = asked(init={"image": photo}, outpaint={"left": 32, "blur": 4}).mask
    assert mask is not None and mask.shape == (1, 64, 96)
    row = mask[0, 32]
    assert bool((row[:32] == 1).all()) and bool((row[52:] == 0).all())
    assert torch.equal(row[32:52], row[32:52].sort(descending=True).values) and 0.2 < float(row[40]) < 0.8


@pytest.mark.parametrize("inner", [8, 20])
def test_a_tiny_image_can_be_extended_on_all_sides(photo: str, inner: int) -> None:
    sides = dict.fromkeys(("left", "top", "right", "bottom"), 16)
    assert result(init={"image": photo}, size=inner, outpaint=sides).shape == (inner + 32, inner + 32, 3)


def test_transparency_is_black_and_a_small_mask_is_enlarged(mask: str) -> None:
    Image.new("RGBA", (64, 64), (255, 255, 255, 0)).save("clear.png")
    with Image.open(mask) as image:
        image.resize((16, 16)).save("small.png")
    request = asked(init={"image": "clear.png"}, mask={"image": "small.png", "full_res": False})
    assert request.image is not None and float(request.image.max()) == 0
    assert request.mask is not None and request.mask.shape == (1, 64, 64)
