"""Steps that settings put into the slots of a pipeline, and their order."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from animator.images.resample import Border
from animator.loop.build.pipeline import build_pipeline
from animator.loop.pipeline import Pipeline
from animator.loop.steps.composite import ClipDepthMask, Composite, DepthMask, TonedMask
from animator.loop.steps.deforum import DeforumNoise
from animator.loop.steps.depth_source import Equalized, Normalized, Stabilized
from animator.loop.steps.motion_3d import DeforumWarp, PinholeWarp
from animator.models.depth.model import FakeDepth
from animator.models.diffusion.fake import FakeDiffuser
from animator.timeline.timeline import Timeline
from tests.fakes import Make


def names(steps: tuple[object, ...]) -> list[str]:
    return [type(step).__name__ for step in steps]


@pytest.fixture
def image(tmp_path: Path) -> str:
    path = tmp_path / "0.png"
    Image.new("RGB", (64, 64), "red").save(path)
    return str(path)


@pytest.fixture
def pipeline(make_animation: Make) -> Any:
    def make(**settings: Any) -> Pipeline:
        return build_pipeline(make_animation(**settings), FakeDiffuser(), depth=FakeDepth())

    return make


def test_the_steps_before_the_diffusion_in_their_order(pipeline: Any) -> None:
    usual = ["MatchPrompts", "Contrast", "AntiBlur", "PerlinNoise"]
    assert names(pipeline().before) == usual
    assert names(pipeline().after) == ["MatchPrompts"]
    gray = pipeline(color={"force_grayscale": True}, noise={"type": "uniform"})
    assert names(gray.before) == ["MatchPrompts", "Grayscale", "Contrast", "AntiBlur", "UniformNoise"]
    assert names(gray.after) == ["MatchPrompts", "Grayscale"]
    assert names(pipeline(color={"reference": "scene"}).after) == ["MatchColor"]
    redone = {"diffusion_redo": 2, "optical_flow_redo_generation": "DIS Medium"}
    assert names(pipeline(diffusion=redone).before) == [*usual, "FlowRedo", "Redo"]


@pytest.mark.parametrize(
    ("padding", "border"),
    [("border", Border.REPLICATE), ("reflection", Border.REFLECT), ("zeros", Border.ZEROS)],
)
def test_the_padding_of_the_3d_mode(pipeline: Any, padding: str, border: Border) -> None:
    motion = pipeline(mode="3d", camera={"padding": padding}).motion
    assert isinstance(motion, DeforumWarp) and motion.border is border


@pytest.mark.parametrize(
    ("projection", "stabilize", "kind"),
    [
        ("deforum", False, Equalized),
        ("pinhole", False, Normalized),
        ("deforum", True, Stabilized),
        ("pinhole", True, Stabilized),
    ],
)
def test_how_depth_is_scaled(pipeline: Any, projection: str, stabilize: bool, kind: type) -> None:
    settings = {"camera": {"projection": projection}, "depth": {"stabilize": stabilize, "every": 4}}
    motion = pipeline(mode="3d", **settings).motion
    assert isinstance(motion, DeforumWarp | PinholeWarp) and motion.depth_source is not None
    assert isinstance(motion.depth_source.scaling, kind) and motion.depth_source.every == 4


def test_a_plane_needs_no_depth(pipeline: Any) -> None:
    assert pipeline(mode="3d", depth={"use_depth_warping": False}).motion.depth_source is None


@pytest.mark.parametrize(
    ("color", "after"),
    [
        ({}, []),
        ({"reference": "first"}, []),
        ({"reference": "image"}, ["FirstFrameOnly"]),
        ({"reference": "video"}, ["FirstFrameOnly"]),
    ],
)
def test_in_legacy_order_only_outside_colors_are_matched_after_the_diffusion(
    pipeline: Any, image: str, color: dict[str, Any], after: list[str]
) -> None:
    outside = {"image": image} if color.get("reference") == "image" else {}
    clip = {"path": str(Path(image).parent / "%d.png"), "after_end": "hold"}
    film = pipeline(color={"legacy": True, **color, **outside}, video=clip)
    assert names(film.after) == after


@pytest.mark.parametrize(("kind", "mask"), [("Depth", DepthMask), ("Video Depth", ClipDepthMask)])
def test_whose_depth_masks_the_clip(pipeline: Any, image: str, kind: str, mask: type) -> None:
    assert isinstance(toned(pipeline, image, comp_mask_type=kind).mask, mask)


@pytest.mark.parametrize(
    ("settings", "steps"),
    [
        ({}, ["contrast_tone"]),
        ({"comp_mask_equalize": "Before"}, ["equalize_tone", "contrast_tone"]),
        ({"comp_mask_equalize": "After"}, ["contrast_tone", "equalize_tone"]),
        ({"comp_mask_equalize": "Both"}, ["equalize_tone", "contrast_tone", "equalize_tone"]),
        (
            {"comp_mask_inverse": True, "comp_mask_equalize": "Both", "comp_mask_auto_contrast": True},
            ["invert_tone", "equalize_tone", "contrast_tone", "stretch_tone", "equalize_tone"],
        ),
    ],
)
def test_the_tones_of_a_clips_mask(
    pipeline: Any, image: str, settings: dict[str, Any], steps: list[str]
) -> None:
    found = toned(pipeline, image, comp_mask_type="Blend", **settings)
    assert [step.__name__ for step in found.steps] == steps


def toned(pipeline: Any, image: str, **hybrid: Any) -> TonedMask:
    clip = {"path": str(Path(image).parent / "%d.png"), "after_end": "hold"}
    step = pipeline(hybrid={"composite": "Normal", **hybrid}, video=clip).after_motion[0]
    assert isinstance(step, Composite) and isinstance(step.mask, TonedMask)
    return step.mask


def test_noise_of_an_imported_film_keeps_to_its_own_mask(make_animation: Make, image: str) -> None:
    redrawn, noised = f"[{image}]", f"![{image}]"
    mask = {"use_mask": True, "mask_file": image, "mask_schedule": redrawn}
    for more, wanted in ({}, redrawn), ({"use_noise_mask": True, "noise_mask_schedule": noised}, noised):
        animation = make_animation(compat=True, mask={**mask, **more})
        step = build_pipeline(animation, FakeDiffuser()).before[-1]
        assert isinstance(step, DeforumNoise) and step.area is not None
        assert step.area.expression(Timeline(animation)[1]) == wanted
