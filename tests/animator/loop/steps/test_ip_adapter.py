"""IP-Adapter units in a film: which images reach the diffuser, with which weights and masks, and when."""

from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from animator.errors import UserError
from animator.loop.build.pipeline import build_pipeline
from animator.loop.render import render
from animator.models.diffusion.fake import FakeDiffuser
from animator.models.diffusion.ip_adapter.name import AdapterName
from animator.models.diffusion.request import GenerationRequest
from animator.settings import Animation
from animator.timeline.timeline import Timeline
from tests.fakes import Make, Recorder


@pytest.fixture
def grays(tmp_path: Path) -> Path:
    """A folder of three images, each of its own gray, and a mask whose left half is white."""
    place = tmp_path / "grays"
    place.mkdir()
    for number in range(3):
        Image.new("RGB", (40, 30), (80 * number,) * 3).save(place / f"{number}.png")
    mask = Image.new("L", (64, 64))
    mask.paste(255, (0, 0, 32, 64))
    mask.save(tmp_path / "half.png")
    return place


def asked(animation: Animation) -> list[GenerationRequest]:
    recorder = Recorder(FakeDiffuser())
    for _ in render(Timeline(animation), build_pipeline(animation, recorder)):
        pass
    return recorder.asked


def unit(**settings: Any) -> dict[str, Any]:
    return {"ip_adapter": [{"model": "style", **settings}]}


def levels(request: GenerationRequest) -> list[tuple[list[float], float]]:
    """The gray of each image that a request follows, in 80ths, with the weight."""
    return [
        ([round(float(image.mean()) * 255 / 80, 2) for image in prompt.images], round(prompt.weight, 3))
        for prompt in request.image_prompts
    ]


def test_a_film_without_units_asks_for_nothing(make_animation: Make) -> None:
    assert build_pipeline(make_animation(), FakeDiffuser()).request_steps == ()
    off = make_animation(**unit(enabled=False, image="/not/there.png"))
    assert build_pipeline(off, FakeDiffuser()).request_steps == ()


def test_images_change_at_their_keys_and_weights_by_frame(make_animation: Make, grays: Path) -> None:
    images = {0: str(grays / "0.png"), 3: [str(grays / "1.png"), str(grays / "2.png")]}
    film = make_animation(frames=5, **unit(image=images, weight="0:(0), 4:(1)", encoder="clip"))
    requests = asked(film)
    assert [levels(request) for request in requests] == [
        [],
        [([0], 0.25)],
        [([0], 0.5)],
        [([1, 2], 0.75)],
        [([1, 2], 1)],
    ]
    assert requests[1].image_prompts[0].adapter == AdapterName("style", "clip")
    assert requests[3].image_prompts[0].images[0] is requests[4].image_prompts[0].images[0]
    assert requests[3].image_prompts[0].images[0].shape == (3, 30, 40)


def test_images_fade_by_their_weights(make_animation: Make, grays: Path) -> None:
    images = {0: str(grays / "0.png"), 2: str(grays / "1.png")}
    requests = asked(make_animation(frames=7, **unit(image=images, fade=4, weight=0.8)))
    assert [levels(request) for request in requests] == [
        [([0], 0.8)],
        [([0], 0.8)],
        [([0], 0.8)],
        [([0], 0.6), ([1], 0.2)],
        [([0], 0.4), ([1], 0.4)],
        [([0], 0.2), ([1], 0.6)],
        [([1], 0.8)],
    ]


def test_a_folder_and_the_frame_itself_are_images(make_animation: Make, grays: Path) -> None:
    settings = unit(image=str(grays), extract_from_frame=1, after_end="hold")
    assert [levels(request) for request in asked(make_animation(frames=3, **settings))] == [
        [([1], 1)],
        [([2], 1)],
        [([2], 1)],
    ]
    first, second, *_ = asked(make_animation(frames=2, **unit(image="frame")))
    assert first.image_prompts == () and second.image_prompts[0].images[0] is second.image
    with pytest.raises(UserError, match=r"frame 2: .* has 2 images in range"):
        asked(make_animation(frames=3, **unit(image=str(grays), extract_from_frame=1)))


def test_masks_act_by_frame(make_animation: Make, grays: Path) -> None:
    half = grays.parent / "half.png"
    masks = {0: "{everywhere}", 1: f"[{half}]", 2: f"![{half}]"}
    requests = asked(make_animation(frames=3, **unit(image=str(grays / "0.png"), mask=masks)))
    first, second, third = (request.image_prompts[0].mask for request in requests)
    assert first is None and second is not None and third is not None
    assert second.shape == (1, 64, 64) and second[0, :, :30].eq(1).all() and second[0, :, 34:].eq(0).all()
    assert torch.allclose(second + third, torch.ones(1, 64, 64))


def test_an_unit_that_has_no_steps_follows_nothing(make_animation: Make, grays: Path) -> None:
    settings = unit(image=str(grays / "0.png"), guidance_start="0:(0.2), 1:(0.9)", guidance_end=0.5)
    first, second = asked(make_animation(frames=2, **settings))
    assert (first.image_prompts[0].start, first.image_prompts[0].end) == (0.2, 0.5)
    assert second.image_prompts == ()
