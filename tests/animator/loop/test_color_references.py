"""Color references of a film: its own frames, an image, a clip."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from animator.images.color import Coherence
from animator.loop.build import compat as build_compat
from animator.loop.build.pipeline import build_pipeline
from animator.loop.render import render
from animator.loop.state import State
from animator.loop.steps import deforum, filters
from animator.models.diffusion.request import GenerationRequest
from animator.presets.deforum.exporting import export_settings
from animator.presets.deforum.importing import import_settings
from animator.settings import Animation
from animator.timeline.timeline import Timeline
from tests.clips import save_clip
from tests.fakes import SHARP, FunctionDiffuser, Make

MATCHES = filters.MatchColor, filters.MatchPrompts, deforum.DeforumMatchColor


def ramp(request: GenerationRequest) -> Tensor:
    """The same ramp of grays, whatever the request."""
    width, height = request.size
    return torch.linspace(0.2, 0.8, width).expand(3, height, width).contiguous()


@pytest.fixture
def clip(tmp_path: Path) -> str:
    """Images of noise about a red that grows by 10 levels a frame."""
    noise = np.random.default_rng(0).integers(0, 20, (64, 64, 3), dtype=np.uint8)
    return save_clip(tmp_path, (noise + np.array([100 + 10 * i, 60, 60], np.uint8) for i in range(8)))


def reds(animation: Animation, state: State | None = None) -> Iterator[float]:
    pipeline = build_pipeline(animation, FunctionDiffuser(ramp))
    return (float(frame.image[0].mean()) * 255 for frame in render(Timeline(animation), pipeline, state))


@pytest.mark.parametrize("compat", [False, True])
def test_a_clips_colors_are_kept_frame_by_frame(make_animation: Make, clip: str, compat: bool) -> None:
    animation = make_animation(
        color={"coherence": "RGB", "reference": "video"}, video={"path": clip}, compat=compat, **SHARP
    )
    # About 9.5 of noise above each frame's red; Deforum truncates to whole levels.
    assert list(reds(animation)) == pytest.approx([109.5 + 10 * i for i in range(6)], abs=1.5)


def test_a_clips_colors_are_taken_every_n_frames(make_animation: Make, clip: str) -> None:
    color = {"coherence": "RGB", "reference": "video", "coherence_video_every_n_frames": 3}
    found = list(reds(make_animation(color=color, video={"path": clip}, **SHARP)))
    assert found == pytest.approx([109.5] * 3 + [139.5] * 3, abs=1.0)


def test_a_resumed_film_matches_the_clips_colors_of_its_frames(make_animation: Make, clip: str) -> None:
    color = {"coherence": "RGB", "reference": "video", "coherence_video_every_n_frames": 2}
    animation = make_animation(color=color, video={"path": clip}, **SHARP)
    pipeline = build_pipeline(animation, FunctionDiffuser(ramp))
    whole = list(render(Timeline(animation), pipeline))
    assert list(reds(animation, whole[2].state)) == list(reds(animation))[3:]


def test_matching_a_clips_colors_needs_a_clip(make_animation: Make) -> None:
    animation = make_animation(color={"reference": "video"})
    with pytest.raises(Exception, match=r"video.path: is empty"):
        build_pipeline(animation, FunctionDiffuser(ramp))


@pytest.mark.parametrize("compat", [False, True])
def test_an_anchors_histograms_are_computed_once(
    make_animation: Make, monkeypatch: pytest.MonkeyPatch, compat: bool
) -> None:
    found = record(monkeypatch, *((deforum, "histogram_of") if compat else (filters, "palette_of")))
    list(reds(make_animation(compat=compat)))
    assert len(found) == 1


@pytest.mark.parametrize("compat", [False, True])
def test_the_histograms_of_a_clips_image_are_computed_once_for_all_frames_that_it_serves(
    make_animation: Make, clip: str, monkeypatch: pytest.MonkeyPatch, compat: bool
) -> None:
    found = record(monkeypatch, build_compat, "histogram_of" if compat else "palette_of")
    color = {"coherence": "LAB", "reference": "video", "coherence_video_every_n_frames": 2}
    list(reds(make_animation(color=color, video={"path": clip}, compat=compat, **SHARP)))
    assert len(found) == 3  # six frames, each matched before and after the diffusion
    assert not torch.equal(found[0], found[1])


def record(monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str) -> list[Tensor]:
    """Returns the list of the images whose histograms are computed from now on."""
    found: list[Tensor] = []
    real = getattr(module, name)

    def recording(reference: Tensor, space: Coherence) -> Any:
        found.append(reference)
        return real(reference, space)

    monkeypatch.setattr(module, name, recording)
    return found


@pytest.mark.parametrize("compat", [False, True])
@pytest.mark.parametrize("slot", ["before", "after"])
def test_neither_of_a_frames_two_matches_can_be_left_out(
    make_animation: Make, slot: str, compat: bool
) -> None:
    grain = torch.rand((3, 64, 64), generator=torch.Generator().manual_seed(0))

    def half(request: GenerationRequest) -> Tensor:
        return (grain if request.image is None else request.image + grain.flip(2)) / 2

    motion = {"translation_x": 20}  # the repeated edge changes the histogram
    animation = make_animation(color={"coherence": "LAB"}, motion=motion, compat=compat, **SHARP)
    whole = build_pipeline(animation, FunctionDiffuser(half))
    others = tuple(step for step in getattr(whole, slot) if not isinstance(step, MATCHES))
    assert len(others) == len(getattr(whole, slot)) - 1
    less = replace(whole, before=others) if slot == "before" else replace(whole, after=others)
    one, both = (list(render(Timeline(animation), pipeline)) for pipeline in (less, whole))
    assert (one[-1].image - both[-1].image).abs().max() > 2 / 255


@pytest.mark.parametrize(
    ("settings", "path", "value"),
    [
        (
            {
                "color_coherence": "Video Input",
                "hybrid_composite": "Normal",
                "video_init_path": "clip.mp4",
            },
            ("color", "reference"),
            "video",
        ),
        ({"color_coherence_video_every_N_frames": 5}, ("color", "coherence_video_every_n_frames"), 5),
        ({"aspect_ratio_use_old_formula": True}, ("camera", "aspect_ratio_use_old_formula"), True),
    ],
)
def test_deforums_settings_are_imported(settings: dict[str, Any], path: tuple[str, str], value: Any) -> None:
    animation = Animation.model_validate(import_settings({"max_frames": 5, **settings}, "film.txt").values)
    assert getattr(getattr(animation, path[0]), path[1]) == value
    exported = export_settings(animation).settings
    assert {**exported, **settings} == exported


def test_the_old_formula_is_width_over_height(make_animation: Make) -> None:
    camera = {"aspect_ratio": 2, "aspect_ratio_use_old_formula": True}
    assert Timeline(make_animation(size=(128, 64), camera=camera)).plan(3).camera.aspect_ratio == 2.0
    assert Timeline(make_animation(size=(64, 128), camera=camera)).plan(3).camera.aspect_ratio == 0.5
