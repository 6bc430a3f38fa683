"""Masks in films: inpainting, noise masks, overlays, and resuming."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from pydantic import ValidationError
from torch import Tensor

from animator.errors import PresetError
from animator.loop.build.pipeline import build_pipeline
from animator.loop.render import Frame, render
from animator.loop.state import State
from animator.loop.steps.deforum import DeforumAntiBlur
from animator.models.diffusion.fake import FakeDiffuser
from animator.presets.load import load
from animator.settings import Animation
from animator.timeline.timeline import Timeline
from tests.clips import save_clip
from tests.fakes import Make, PassthroughOrGray

HARD = {"overlay_blur": 0}


@pytest.fixture
def left(tmp_path: Path) -> str:
    """A mask of the left half."""
    levels = np.zeros((64, 64), np.uint8)
    levels[:, :32] = 255
    Image.fromarray(levels).save(tmp_path / "left.png")
    return str(tmp_path / "left.png")


@pytest.fixture
def strip(tmp_path: Path) -> str:
    """A mask video: a stripe that moves to the right."""
    columns = np.arange(64)
    stripes = ((frame * 8 <= columns) & (columns < frame * 8 + 16) for frame in range(6))
    masks = (np.tile(stripe * np.uint8(255), (64, 1)) for stripe in stripes)
    return save_clip(tmp_path, masks, "strip%d.png")


@pytest.fixture
def scene(tmp_path: Path) -> str:
    """An image whose upper half is opaque."""
    pixels = np.random.default_rng(2).integers(0, 256, (64, 64, 4), dtype=np.uint8)
    pixels[:32, :, 3], pixels[32:, :, 3] = 255, 0
    Image.fromarray(pixels).save(tmp_path / "scene.png")
    return str(tmp_path / "scene.png")


def frames(film: Animation, state: State | None = None) -> list[Frame]:
    return list(render(Timeline(film), build_pipeline(film, FakeDiffuser()), state))


def images(film: Animation) -> list[Tensor]:
    return [frame.image for frame in frames(film)]


def test_only_what_is_masked_changes(make_animation: Make, left: str) -> None:
    first, *later = images(make_animation(mask={"use_mask": True, "mask_file": left, **HARD}))
    for image in later:
        assert torch.equal(image[..., 32:], first[..., 32:])
        assert not torch.equal(image[..., :32], first[..., :32])


def test_inverted_it_is_the_other_side(make_animation: Make, left: str) -> None:
    mask = {"use_mask": True, "mask_file": left, "invert_mask": True, **HARD}
    first, *later = images(make_animation(mask=mask))
    assert all(torch.equal(image[..., :32], first[..., :32]) for image in later)
    assert not torch.equal(later[0][..., 32:], first[..., 32:])


def test_an_expression_may_change_by_frame(make_animation: Make, left: str) -> None:
    schedule = {0: f"[{left}]", 3: f"{{everywhere}} \\ [{left}]"}
    generated = images(make_animation(mask={"use_mask": True, "mask_schedule": schedule, **HARD}))
    assert torch.equal(generated[2][..., 32:], generated[0][..., 32:])
    assert torch.equal(generated[5][..., :32], generated[2][..., :32])


def test_a_soft_edge_blends(make_animation: Make, left: str) -> None:
    first, second, *_ = images(make_animation(mask={"use_mask": True, "mask_file": left}))
    change = (second - first).abs().amax((0, 1))
    assert change[:20].min() > 0 and change[34] > 0 and change[50:].max() < 1e-6


@pytest.mark.parametrize("cadence", [1, 3])
def test_the_init_image_is_pasted_over_the_rest_of_every_frame(
    make_animation: Make, left: str, scene: str, cadence: int
) -> None:
    film = make_animation(
        mask={"use_mask": True, "mask_file": left, **HARD},
        init={"image": scene},
        motion={"angle": 5},
        diffusion={"seed": 7, "cadence": cadence},
    )
    first, *later = images(film)
    assert all(torch.equal(image[..., 32:], first[..., 32:]) for image in later)
    assert not torch.equal(later[-1][..., :32], first[..., :32])


@pytest.mark.parametrize(("blend", "generates_last"), [("fade", False), ("lookahead", True)])
def test_an_overlay_keeps_which_frame_of_a_group_is_generated(
    make_animation: Make, left: str, scene: str, blend: str, generates_last: bool
) -> None:
    mask = {"use_mask": True, "mask_file": left, "overlay_mask": True}
    film = make_animation(init={"image": scene}, mask=mask, diffusion={"cadence": 2, "cadence_blend": blend})
    assert build_pipeline(film, FakeDiffuser()).tween.generates_last is generates_last
    assert len(frames(film)) == film.frames


def test_alpha_of_the_init_image_is_a_mask(make_animation: Make, scene: str) -> None:
    film = make_animation(mask={"use_alpha_as_mask": True, **HARD}, init={"image": scene})
    first, *later = images(film)
    assert all(torch.equal(image[:, 32:], first[:, 32:]) for image in later)
    with pytest.raises(ValidationError, match=r"init\.image"):
        make_animation(mask={"use_alpha_as_mask": True})


@pytest.mark.parametrize(
    ("changed", "sharpened"),
    [({}, True), ({"use_mask": False}, False), ({"use_alpha_as_mask": False, "mask_file": "left"}, False)],
)
def test_films_of_deforum_sharpen_inside_the_init_images_alpha(
    make_animation: Make, scene: str, left: str, changed: dict[str, object], sharpened: bool
) -> None:
    mask = {"use_mask": True, "use_alpha_as_mask": True, **changed}
    mask |= {"mask_file": left} if "mask_file" in changed else {}
    film = make_animation(compat=True, mask=mask, init={"image": scene})
    (step,) = (s for s in build_pipeline(film, FakeDiffuser()).before if isinstance(s, DeforumAntiBlur))
    assert (step.mask is not None) == sharpened


@pytest.mark.parametrize("alpha", [0, 255])
def test_an_even_alpha_masks_no_sharpening(make_animation: Make, tmp_path: Path, alpha: int) -> None:
    Image.new("RGBA", (64, 64), (90, 120, 60, alpha)).save(tmp_path / "even.png")
    mask = {"use_mask": True, "use_alpha_as_mask": True}
    film = make_animation(compat=True, mask=mask, init={"image": str(tmp_path / "even.png")})
    (step,) = (s for s in build_pipeline(film, FakeDiffuser()).before if isinstance(s, DeforumAntiBlur))
    assert step.mask is None


def test_noise_keeps_to_its_mask(make_animation: Make, left: str) -> None:
    for compat in (False, True):
        film = make_animation(
            compat=compat,
            mask={"use_noise_mask": True, "noise_mask_schedule": {0: f"[{left}]"}},
            color={"coherence": "none"},
            sharpen={"amount": 0},
        )
        generated = [
            frame.image for frame in render(Timeline(film), build_pipeline(film, PassthroughOrGray()))
        ]
        assert generated[1][..., :32].std() > 1e-3 and generated[1][..., 33:].std() < 1e-6


@pytest.mark.parametrize("compat", [False, True])
def test_a_masked_film_resumes_bit_for_bit(
    make_animation: Make, strip: str, left: str, scene: str, compat: bool
) -> None:
    film = make_animation(
        compat=compat,
        mask={
            "use_mask": True, "use_mask_video": True, "video_mask_path": strip, "mask_file": left,
            "mask_schedule": {0: "{video_mask}", 3: "{video_mask} | {init_mask}"},
        },
        init={"image": scene},
        motion={"zoom": 1.02},
        diffusion={"seed": 7, "cadence": 2},
        guided={"use_looper": True, "init_images": {0: scene}},
    )  # fmt: skip
    whole = frames(film)
    for frame in whole:
        state = State.from_bytes(frame.state.to_bytes())
        for again in frames(film, state):
            assert torch.equal(again.image, whole[again.plan.frame].image)


def test_missing_masks_are_errors_before_anything_is_generated(make_animation: Make, tmp_path: Path) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"use_mask": True}, "mask_schedule: there is no {video_mask}; give mask_file"),
        ({"use_mask": True, "mask_schedule": "<sky>"}, "CLIPSeg; give its folder as word_model"),
        ({"use_mask_video": True}, "needs the mask video"),
        ({"mask_schedule": "[a.png] &"}, "a mask is missing after `&`"),
    ]
    for settings, message in cases:
        with pytest.raises(ValidationError) as caught:
            make_animation(mask=settings)
        assert message in str(caught.value)
    (tmp_path / "film.yaml").write_text(
        "mask: {use_mask: true, mask_file: no.png, mask_schedule: '[none.png] | {video_mask}'}\n"
        "guided: {use_looper: true, init_images: {0: nowhere.png}}\n"
    )
    with pytest.raises(PresetError) as refused:
        load(tmp_path / "film.yaml")
    for name in ("no.png", "none.png", "nowhere.png"):
        assert f"{name}: there is no such file" in str(refused.value)


def test_masks_are_found_beside_the_preset(tmp_path: Path, left: str) -> None:
    (tmp_path / "film.yaml").write_text("mask: {use_mask: true, mask_schedule: {0: '! [ left.png ]'}}\n")
    film = load(tmp_path / "film.yaml")
    assert film.mask.mask_schedule.keys[0].text == f"! [{left}]"
