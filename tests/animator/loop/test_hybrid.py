"""Hybrid video: a clip is blended into the film and moves it."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from animator.errors import ModelError, UserError
from animator.images.image import read_image, to_uint8
from animator.loop.build.pipeline import build_pipeline
from animator.loop.pipeline import Pipeline
from animator.loop.render import render
from animator.loop.state import State
from animator.loop.steps.clip_motion import ClipToClip
from animator.loop.steps.composite import BlendMask, ClipDepthMask, Composite, DepthMask, DifferenceMask, Mask
from animator.loop.steps.frame_source import StillImage
from animator.models.diffusion.passthrough import PassthroughDiffuser
from animator.models.flow.consistency import ConsistencyFiltered, Gaussian
from animator.models.flow.opencv import Dis
from animator.settings import Animation
from animator.timeline.timeline import Timeline
from tests.clips import save_clip
from tests.fakes import QUIET, Make, PassthroughOrGray, Recorder

SIDE, FRAMES, STEP = 128, 7, 3
INNER = (slice(None), slice(32, -32), slice(32, -32))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of images in which a texture moves right and down by 3 pixels a frame."""
    folder = tmp_path_factory.mktemp("clip")
    coarse = torch.rand((1, 3, 26, 26), generator=torch.Generator().manual_seed(5))
    texture = functional.interpolate(coarse, (SIDE + 80, SIDE + 80), mode="bicubic")[0].clamp(0.0, 1.0)
    places = (40 - STEP * i for i in range(FRAMES))
    save_clip(folder, (to_uint8(texture[:, at : at + SIDE, at : at + SIDE]) for at in places), "%d.png")
    return folder


@pytest.fixture
def film(make_animation: Make, clip: Path) -> Make:
    """Builds a film over the clip in which nothing moves and nothing is added by default."""

    def make(**settings: Any) -> Animation:
        cadence = settings.pop("cadence", 1)
        warp = settings.pop("cadence_warp", "composed")
        diffusion = {"seed": 7, "strength": 1, "cadence": cadence, "cadence_warp": warp}
        small = {"size": (SIDE, SIDE), "frames": FRAMES, "video": {"path": str(clip)}, **QUIET}
        return make_animation(**{**small, "diffusion": diffusion, "init": {"strength": 1}, **settings})

    return make


def drawn_over(recorder: Recorder, number: int) -> Tensor:
    """The image of a request that has one."""
    image = recorder.asked[number].image
    assert image is not None
    return image


def images(animation: Animation, diffuser: Any = None) -> list[Tensor]:
    pipeline = build_pipeline(animation, diffuser or PassthroughDiffuser())
    return [frame.image for frame in render(Timeline(animation), pipeline)]


def of_clip(clip: Path, frame: int) -> Tensor:
    return read_image(str(clip / f"{frame}.png"), None)


def off(image: Tensor, clip: Path, frame: int) -> float:
    """Distance of the middle of an image from the clip's, 1 = as far as the clip's first."""
    there = of_clip(clip, frame)[INNER]
    return float((image[INNER] - there).abs().mean() / (of_clip(clip, 0)[INNER] - there).abs().mean())


KINDS = [
    {"motion": "Optical Flow", "flow_method": "DIS Medium"},
    {"motion": "Optical Flow", "flow_method": "DIS Fine", "flow_consistency": True},
    {"motion": "Optical Flow", "flow_method": "Farneback"},
    {"motion": "Affine"},
    {"motion": "Perspective"},
]


@pytest.mark.parametrize("hybrid", KINDS, ids=lambda hybrid: " ".join(map(str, hybrid.values())))
@pytest.mark.parametrize("compat", [False, True], ids=["", "compat"])
def test_the_film_moves_as_the_clip_does(film: Make, clip: Path, hybrid: Any, compat: bool) -> None:
    moved = images(film(hybrid=hybrid, compat=compat))
    assert torch.equal(moved[0], of_clip(clip, 0))
    assert [off(image, clip, i) < 0.25 for i, image in enumerate(moved) if i] == [True] * (FRAMES - 1)


@pytest.mark.parametrize("warp", ["composed", "chained"])
@pytest.mark.parametrize("motion", ["Optical Flow", "Affine"])
def test_in_betweens_move_as_the_clip_does(film: Make, clip: Path, motion: str, warp: str) -> None:
    moved = images(film(hybrid={"motion": motion}, cadence=3, cadence_warp=warp))
    assert [off(image, clip, i) < 0.25 for i, image in enumerate(moved) if i] == [True] * (FRAMES - 1)


@pytest.mark.parametrize("motion", ["Optical Flow", "Affine"])
def test_the_films_own_image_moves_towards_the_clip(film: Make, clip: Path, motion: str) -> None:
    hybrid = {"motion": motion, "motion_use_prev_img": True, "flow_method": "DIS Fine"}
    moved = images(film(hybrid=hybrid))
    assert off(moved[-1], clip, FRAMES - 1) < 0.25
    caught_up = images(film(hybrid=hybrid, cadence=4))
    assert off(caught_up[-1], clip, FRAMES - 1) < 0.25


def test_the_flow_goes_as_far_as_its_factor(film: Make, clip: Path) -> None:
    still = images(film(hybrid={"motion": "Optical Flow", "flow_factor": 0}))
    assert torch.allclose(still[-1], of_clip(clip, 0), atol=1e-4)
    half = images(film(hybrid={"motion": "Optical Flow", "flow_factor": 0.5}))
    middle = torch.roll(of_clip(clip, 0), (9, 9), (1, 2))  # half of 6 frames of 3 pixels
    assert float((half[-1][INNER] - middle[INNER]).abs().mean()) < 0.02


def test_the_camera_moves_first_and_then_the_clip(film: Make, clip: Path) -> None:
    moved = images(film(hybrid={"motion": "Affine"}, motion={"translation_x": -STEP, "translation_y": -STEP}))
    assert float((moved[-1][INNER] - of_clip(clip, 0)[INNER]).abs().mean()) < 0.02


@pytest.mark.parametrize("composite", ["Normal", "Before Motion", "After Generation"])
def test_all_of_the_clip_is_the_clip(film: Make, clip: Path, composite: str) -> None:
    mixed = images(film(hybrid={"composite": composite, "comp_alpha": 1}))
    assert all(torch.allclose(mixed[i], of_clip(clip, i), atol=1e-6) for i in range(FRAMES))


def test_a_share_of_the_clip(film: Make, clip: Path) -> None:
    mixed = images(film(hybrid={"composite": "Normal", "comp_alpha": "0:(0), 1:(0.25), 2:(0)"}))
    assert torch.allclose(mixed[1], of_clip(clip, 0).lerp(of_clip(clip, 1), 0.25), atol=1e-6)
    assert torch.equal(mixed[2], mixed[1])


def test_when_the_clip_is_mixed_in(film: Make, clip: Path) -> None:
    flow = {"motion": "Optical Flow", "comp_alpha": 1, "use_first_frame_as_init_image": False}
    normal, before, after = (Recorder(PassthroughOrGray(0.25)) for _ in range(3))
    for recorder, composite in ((normal, "Normal"), (before, "Before Motion"), (after, "After Generation")):
        shown = images(film(hybrid={"composite": composite, **flow}), recorder)
        assert recorder.asked[0].image is None and torch.equal(shown[0], torch.full_like(shown[0], 0.25))
    assert torch.allclose(drawn_over(normal, 2), of_clip(clip, 2))
    ahead = torch.roll(of_clip(clip, 2), (STEP, STEP), (1, 2))  # the clip's image, moved once more
    assert float((drawn_over(before, 2)[INNER] - ahead[INNER]).abs().mean()) < 0.02
    assert float((drawn_over(after, 1) - 0.25).abs().max()) < 1e-5
    assert torch.allclose(shown[2], of_clip(clip, 2))


def test_in_betweens_are_carried_but_not_mixed(film: Make, clip: Path) -> None:
    mixed = images(film(hybrid={"composite": "Normal", "comp_alpha": 1}, cadence=3, frames=6))
    assert torch.equal(mixed[1], mixed[0]) and torch.allclose(mixed[5], of_clip(clip, 3))


def test_the_first_frame_starts_from_the_clips(film: Make, clip: Path) -> None:
    recorder = Recorder(PassthroughOrGray(0.25))
    images(film(hybrid={"composite": "Normal"}, init={"strength": 0.7}), recorder)
    assert torch.equal(drawn_over(recorder, 0), of_clip(clip, 0))
    assert recorder.asked[0].strength == 0.7


def test_the_init_image_in_the_place_of_the_clip(film: Make, clip: Path) -> None:
    image = {"image": str(clip / "5.png"), "strength": 1}
    settings = {"composite": "Normal", "comp_alpha": 1, "use_init_image": True}
    mixed = images(film(hybrid=settings, init=image))
    assert torch.equal(mixed[0], of_clip(clip, 0)) and torch.allclose(mixed[3], of_clip(clip, 5))
    with pytest.raises(UserError, match=r"hybrid.use_init_image: is true, but init.image is empty"):
        images(film(hybrid=settings))


class Brightness:
    """Bright things are near."""

    def estimate(self, image: Tensor) -> Tensor:
        return image.mean(0)


def test_each_mask_says_where_the_film_stays(film: Make) -> None:
    ramp = torch.linspace(0.0, 1.0, SIDE).expand(3, SIDE, SIDE)
    flat = torch.full_like(ramp, 0.25)
    plan = Timeline(film(hybrid={"comp_alpha": 1, "comp_mask_blend_alpha": 0.75}))[3]
    wanted: dict[Mask, tuple[Tensor, Tensor, Tensor]] = {
        DepthMask(Brightness()): (flat, ramp, torch.zeros(SIDE, SIDE)),
        ClipDepthMask(Brightness()): (flat, ramp, ramp[0]),
        BlendMask(): (flat, ramp, 0.25 * 0.25 + 0.75 * ramp[0]),
        DifferenceMask(): (flat, ramp, (ramp[0] - 0.25).abs()),
    }
    for mask, (image, clip, expected) in wanted.items():
        assert torch.allclose(mask.of(image, clip, plan), expected, atol=1e-5), mask
        mixed = Composite(StillImage(clip), mask).apply(image, plan, State())
        assert torch.allclose(mixed, clip.lerp(image, expected.expand_as(clip)), atol=1e-5), mask


def test_the_tones_of_a_mask_in_their_order(film: Make) -> None:
    ramp = torch.linspace(0.2, 0.6, SIDE).expand(3, SIDE, SIDE)
    settings = {"composite": "Normal", "comp_mask_type": "Blend", "comp_mask_blend_alpha": 1}

    def mask(**more: Any) -> Tensor:
        pipeline: Pipeline = build_pipeline(film(hybrid={**settings, **more}), PassthroughDiffuser())
        step = pipeline.after_motion[0]
        assert isinstance(step, Composite) and step.mask is not None
        return step.mask.of(ramp, ramp, Timeline(film(hybrid={**settings, **more}))[1])[0]

    assert torch.allclose(mask(), ramp[0, 0], atol=1e-5)
    assert torch.allclose(mask(comp_mask_inverse=True), 1 - ramp[0, 0], atol=1e-5)
    assert torch.allclose(mask(comp_mask_auto_contrast=True), torch.linspace(0, 1, SIDE), atol=1e-5)
    assert float(mask(comp_mask_contrast=2)[0]) == pytest.approx(0.0, abs=1e-5)
    for evens in ("Before", "After", "Both"):
        assert float(mask(comp_mask_equalize=evens)[-1]) == pytest.approx(1.0, abs=0.02)
    dim = mask(comp_mask_equalize="Before", comp_mask_contrast=0.5)
    bright = mask(comp_mask_equalize="After", comp_mask_contrast=0.5)
    assert float(dim[-1]) < 0.8 and float(bright[-1]) > 0.95


def test_flow_that_cannot_be_trusted_is_not_followed() -> None:
    def back_is_wrong(first: Tensor, second: Tensor, guess: Tensor | None = None) -> Tensor:
        return torch.full((2, 32, 32), 4.0)

    def halves(forward: Tensor, backward: Tensor) -> Tensor:
        return (torch.arange(32) < 16).float().expand(32, 32)

    sharp = ConsistencyFiltered(back_is_wrong, halves, Gaussian(0))(
        torch.zeros(3, 32, 32), torch.zeros(3, 32, 32)
    )
    assert sharp[0, 5, 15:17].tolist() == [4.0, 0.0]
    soft = ConsistencyFiltered(back_is_wrong, halves, Gaussian(2))(
        torch.zeros(3, 32, 32), torch.zeros(3, 32, 32)
    )
    assert 2.0 < float(soft[0, 5, 15]) < 4.0 and 0.0 < float(soft[0, 5, 16]) < 2.0


def test_each_motion_is_estimated_once(film: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    estimate = Dis.__call__

    def counted(self: Dis, first: Tensor, second: Tensor, guess: Tensor | None = None) -> Tensor:
        seen.append(1)
        return estimate(self, first, second, guess)

    monkeypatch.setattr(Dis, "__call__", counted)
    images(film(hybrid={"motion": "Optical Flow"}, cadence=5))
    assert len(seen) == FRAMES - 1


def test_the_clips_colors(film: Make, clip: Path) -> None:
    settings = {"coherence": "RGB", "reference": "video", "coherence_video_every_n_frames": 3}
    recorder = Recorder(PassthroughOrGray(0.25))
    flat = {"composite": "Normal", "comp_alpha": 0, "use_first_frame_as_init_image": False}
    matched = images(film(hybrid=flat, color=settings), recorder)
    for frame, source in ((1, 0), (2, 0), (3, 3), (5, 3)):
        means = of_clip(clip, source).mean((1, 2))
        assert torch.allclose(matched[frame].mean((1, 2)), means, atol=0.03), frame


def test_impossible_settings_are_errors_before_anything_is_generated(film: Make) -> None:
    with pytest.raises(UserError, match=r"video.path: is empty; expected a film, a folder"):
        images(film(hybrid={"motion": "Affine"}, video={}))
    with pytest.raises(UserError, match="has 7 frames that count, and the film has 9; set frames: 7"):
        images(film(hybrid={"motion": "Affine"}, frames=9))
    with pytest.raises(ModelError, match=r"flow.raft: is empty; RAFT needs the path of its weights"):
        images(film(hybrid={"motion": "Optical Flow", "flow_method": "RAFT"}))


def test_the_clip_has_no_effect_unless_hybrid_uses_it(film: Make, make_animation: Make) -> None:
    assert not film().is_hybrid
    nothing = make_animation(mode="interpolation", hybrid={"motion": "Affine"})
    assert not nothing.is_hybrid and len(images(nothing)) == 6


def test_the_cache_of_the_clips_motion_is_bounded(film: Make) -> None:
    pipeline = build_pipeline(film(hybrid={"motion": "Affine"}, cadence=7), PassthroughDiffuser())
    motion = pipeline.after_motion[0].motion  # type: ignore[attr-defined]  # a Carry
    list(render(Timeline(film(hybrid={"motion": "Affine"}, cadence=7)), pipeline))
    assert isinstance(motion, ClipToClip) and len(motion._cache) <= 4
