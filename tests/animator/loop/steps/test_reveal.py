"""What comes into view: exactly the pixels without a source, in 2D and 3D, filled from around."""

from typing import Any

import pytest
import torch
from torch import Tensor

from animator.loop.build.pipeline import build_pipeline
from animator.loop.pipeline import Pipeline
from animator.loop.steps.reveal import Reveal
from animator.models.diffusion.fake import FakeDiffuser
from animator.settings import Animation
from animator.timeline.timeline import Timeline
from tests.fakes import Make
from tests.synchronizations import DEVICE, Place, synchronizations

IMAGE = torch.rand((3, 64, 64), generator=torch.Generator().manual_seed(1)) * 0.5 + 0.25
COLUMN = torch.arange(64.0).expand(64, 64)
ROW = COLUMN.T


def revealing(pipeline: Pipeline) -> Reveal:
    assert pipeline.reveal is not None
    return pipeline.reveal


def revealed(film: Animation, moves: int = 1, before: Tensor | None = None) -> Tensor:
    """The area that the first moves of a film reveal."""
    plans = [Timeline(film)[i] for i in range(1, 1 + moves)]
    pipeline = build_pipeline(film, FakeDiffuser())
    depth = pipeline.motion.estimate_depth(IMAGE, plans[0], None)
    area = revealing(pipeline).area(IMAGE, plans, depth, before)
    return torch.zeros(64, 64) if area is None else area


def generating(make: Make, motion: dict[str, Any], **settings: Any) -> Animation:
    return make(motion={"reveal": "generate", **motion}, **settings)


@pytest.mark.parametrize(
    ("motion", "shown"),
    [
        ({}, COLUMN >= 0),
        ({"translation_x": 5}, COLUMN >= 5),
        ({"translation_x": -5, "translation_y": 3}, (COLUMN < 59) & (ROW >= 3)),
        ({"zoom": 0.5}, (COLUMN >= 16) & (COLUMN < 48) & (ROW >= 16) & (ROW < 48)),
        ({"zoom": 1.1}, COLUMN >= 0),
        ({"zoom": 0}, COLUMN < 0),
    ],
)
def test_the_area_is_what_the_image_does_not_cover(
    make_animation: Make, motion: dict[str, Any], shown: Tensor
) -> None:
    assert torch.equal(revealed(generating(make_animation, motion)) == 0, shown)


def test_a_rotation_reveals_the_corners(make_animation: Make) -> None:
    area = revealed(generating(make_animation, {"angle": 45}))
    middle = (COLUMN - 32).abs() + (ROW - 32).abs()  # of the square that stands on its corner
    assert area[middle > 47].min() == 1 and area[middle < 43].max() == 0


def test_a_pan_by_a_fraction_of_a_pixel_reveals_its_column(make_animation: Make) -> None:
    area = revealed(generating(make_animation, {"translation_x": 0.2}))
    assert torch.equal(area == 1, COLUMN < 1)


def test_areas_of_several_frames_are_composed(make_animation: Make) -> None:
    film = generating(make_animation, {"translation_x": {0: 3}})
    assert torch.equal(revealed(film, 3) == 1, COLUMN < 9)


def test_an_area_moves_on_with_the_image(make_animation: Make) -> None:
    film = generating(make_animation, {"translation_x": -4})
    before = ((COLUMN >= 20) & (COLUMN < 24)).float()
    assert torch.equal(revealed(film, 1, before) == 1, ((COLUMN >= 16) & (COLUMN < 20)) | (COLUMN >= 60))


@pytest.mark.parametrize("projection", ["deforum", "pinhole"])
@pytest.mark.parametrize("is_flat", [True, False])
def test_moving_backward_reveals_a_frame(make_animation: Make, projection: str, is_flat: bool) -> None:
    film = generating(
        make_animation,
        {"translation_z": -80},
        mode="3d",
        depth={"model": "fake", "use_depth_warping": not is_flat},
        camera={"projection": projection},
    )
    area = revealed(film)
    assert area[24:40, 24:40].max() == 0
    border = torch.cat([area[0], area[-1], area[:, 0], area[:, -1]])
    assert border.mean() > 0.5 and 0.05 < area.mean() < 0.9


@pytest.mark.parametrize("compat", [True, False])
@pytest.mark.parametrize("mode", ["2d", "3d"])
def test_a_perspective_flip_reveals_too(make_animation: Make, mode: str, compat: bool) -> None:
    flip = {"enable_perspective_flip": True, "perspective_flip_phi": 20}
    film = generating(make_animation, flip, mode=mode, compat=compat, depth={"model": "fake"})
    area = revealed(film)
    assert 0.02 < area.mean() < 0.6 and area[32, 32] == 0


def test_the_rest_is_warped_as_by_the_motion_alone(make_animation: Make) -> None:
    motion = {"translation_x": 8, "angle": 3}
    film = generating(make_animation, motion)
    plans = [Timeline(film)[1]]
    pipeline, plain = (build_pipeline(each, FakeDiffuser()) for each in (film, make_animation(motion=motion)))
    warped = plain.motion.warp(IMAGE, plans, None)
    filled, area = revealing(pipeline).fill(pipeline.motion.warp(IMAGE, plans, None), plans, None)
    assert area is not None and torch.equal(filled[:, area == 0], warped[:, area == 0])


def test_the_fill_has_no_streaks(make_animation: Make) -> None:
    film = generating(make_animation, {"translation_x": 16})
    plans = [Timeline(film)[1]]
    pipeline = build_pipeline(film, FakeDiffuser())
    warped = pipeline.motion.warp(IMAGE, plans, None)
    filled, _ = revealing(pipeline).fill(warped, plans, None)
    streaks, smooth = (image[:, :, :12].diff(dim=1).abs().mean() for image in (warped, filled))
    assert smooth < 0.1 * streaks
    assert (filled[:, :, :12].mean((1, 2)) - IMAGE[:, :, :24].mean((1, 2))).abs().max() < 0.05


@pytest.mark.parametrize(
    "settings", [{"mode": "2d"}, {"mode": "interpolation", "motion": {"reveal": "generate"}}]
)
def test_films_without_the_setting_find_nothing(make_animation: Make, settings: dict[str, Any]) -> None:
    assert build_pipeline(make_animation(**settings), FakeDiffuser()).reveal is None


@pytest.mark.parametrize(("shift", "columns"), [(0, None), (5, 5)])
def test_a_device_is_asked_once_for_each_generation_whether_anything_came_into_view(
    make_animation: Make, shift: int, columns: int | None
) -> None:
    film = generating(make_animation, {"translation_x": shift})
    plans = [Timeline(film)[1]]
    with synchronizations() as noted:
        reveal = revealing(build_pipeline(film, FakeDiffuser(DEVICE), DEVICE))
        image = IMAGE.to(DEVICE)
        noted.found.clear()
        area = reveal.area(image, plans, None)
        assert noted.found == {} and area is not None
        filled, revealed_area = reveal.fill(image, plans, None)
        assert noted.found == {Place("loop/steps/reveal.py", "fill"): {"__bool__"}}
        assert (None if revealed_area is None else int(revealed_area[0].cpu().sum())) == columns
        assert int(area[0].cpu().sum()) == (columns or 0)
        assert torch.equal(filled.cpu()[:, :, shift:], IMAGE[:, :, shift:])
