"""What moves, paths and units make of a film's plans."""

from typing import Any

import numpy as np
import pytest
import torch

from animator.errors import PresetError
from animator.loop.build.pipeline import build_pipeline
from animator.loop.pipeline import Motion
from animator.models.diffusion.fake import FakeDiffuser
from animator.timeline.camera import MOVED
from animator.timeline.camera_track import track_of
from animator.timeline.sampled import curve_of
from animator.timeline.timeline import Timeline
from tests.fakes import Make

SPACE = {"mode": "3d", "frames": 48, "fps": 24, "depth": {"use_depth_warping": False}}


def column(timeline: Timeline, path: str) -> Any:
    return np.asarray(timeline.column(path), dtype=np.float64)


def test_a_film_without_moves_has_the_values_of_its_schedules(make_animation: Make) -> None:
    for mode in ("2d", "3d"):
        film = make_animation(mode=mode, frames=9, motion={"translation_x": "sin(t)"}, camera={"fov": "70+t"})
        timeline = Timeline(film)
        assert column(timeline, "motion.translation_x").tolist() == np.sin(np.arange(9)).tolist()
        assert column(timeline, "camera.fov").tolist() == [70 + t for t in range(9)]
        assert {timeline[t].camera.magnification for t in range(9)} == {1.0}
        assert "camera.magnification" not in timeline.plan_columns


def test_moves_add_to_what_the_schedules_say(make_animation: Make) -> None:
    motion = {"translation_z": 1.5, "rotation_3d_y": "0:(0), 47:(1)"}
    plain = Timeline(make_animation(**SPACE, motion=motion))
    moves = [{"dolly_in": {"speed": 2}}, "pan_left", "handheld"]
    moved = Timeline(make_animation(**SPACE, motion=motion, camera={"moves": moves}))
    alone = Timeline(make_animation(**SPACE, camera={"moves": moves}))
    for path in ("motion.translation_z", "motion.rotation_3d_y"):
        assert column(moved, path) == pytest.approx(column(plain, path) + column(alone, path))
    assert column(alone, "motion.translation_z")[1:].mean() == pytest.approx(2 * 0.25 * 200 / 24, abs=0.1)


def test_intensity_follows_its_schedule_and_time(make_animation: Make) -> None:
    given = {"intensity": "0:(0), 24:(0), 25:(2)", "from": "1s", "to": 40}
    x = column(
        Timeline(make_animation(**SPACE, camera={"moves": [{"truck_right": given}]})), "motion.translation_x"
    )
    assert not x[:25].any() and not x[41:].any()
    assert x[25:41] == pytest.approx(np.full(16, 2 * 0.2 * 200 / 24))


def test_a_zoom_narrows_the_field_of_view_and_magnifies(make_animation: Make) -> None:
    timeline = Timeline(make_animation(**SPACE, camera={"fov": 60, "moves": ["zoom_in"]}))
    fov = np.radians(column(timeline, "camera.fov"))
    factors = [timeline[t].camera.magnification for t in range(48)]
    assert np.prod(factors) == pytest.approx(np.exp(0.15 * 47 / 24))
    assert np.cumprod(factors) == pytest.approx(np.tan(np.radians(30)) / np.tan(fov / 2))


@pytest.mark.parametrize("zooms", [False, True])
def test_a_schedule_of_fov_zooms_only_where_asked(zooms: bool, make_animation: Make) -> None:
    camera = {"fov": "0:(90), 47:(45)", "fov_zooms": zooms}
    timeline = Timeline(make_animation(**SPACE, camera=camera))
    whole = np.tan(np.radians(45)) / np.tan(np.radians(22.5)) if zooms else 1.0
    assert np.prod([plan.camera.magnification for plan in timeline]) == pytest.approx(whole)
    assert column(timeline, "camera.fov")[[0, 47]] == pytest.approx([90, 45])


def test_a_path_is_where_the_camera_goes(make_animation: Make) -> None:
    path = {
        0: {"position": [0, 0, 0], "look_at": [0, 0, 2]},
        24: {"position": [1, 0.5, 1], "look_at": [0, 0, 2]},
        47: {"position": [2, 0, 2], "look_at": [0, 0, 2]},
    }
    track = track_of(Timeline(make_animation(**SPACE, camera={"path": path})))
    assert track.positions[24] == pytest.approx([1, -0.5, 1])
    assert track.positions[47] == pytest.approx([2, 0, 2])
    assert track.rotations[47] @ [0, 0, 1] == pytest.approx([-1, 0, 0])


def test_moves_in_the_plane_shift_turn_and_zoom(make_animation: Make) -> None:
    moves = ["pan_right", "tilt_up", "roll_right", "zoom_in"]
    for name, path, sign in zip(
        moves,
        ("motion.translation_x", "motion.translation_y", "motion.angle", "motion.zoom"),
        (-1, 1, 1, 1),
        strict=True,
    ):
        timeline = Timeline(make_animation(mode="2d", frames=9, fps=24, camera={"moves": [name]}))
        still = 1.0 if path == "motion.zoom" else 0.0
        assert np.sign(column(timeline, path)[1:] - still).tolist() == [sign] * 8
        changed = [one for one in MOVED if np.ptp(column(timeline, one)) > 0]
        assert changed == [path]


def test_the_curve_of_a_schedule_is_that_of_the_plans(make_animation: Make) -> None:
    film = make_animation(**SPACE, camera={"moves": ["orbit", "zoom_in"]})
    for path in ("motion.translation_x", "camera.fov"):
        assert curve_of(film, path).values == pytest.approx(column(Timeline(film), path))


def test_no_single_lens_has_a_zoom_of_moves_and_a_fov_without(make_animation: Make) -> None:
    camera = {"fov": "0:(90), 47:(45)", "moves": ["zoom_in"]}
    with pytest.raises(PresetError, match=r"set camera\.fov_zooms: true"):
        track_of(Timeline(make_animation(**SPACE, camera=camera)))
    with pytest.raises(PresetError, match="expected mode: 3d"):
        track_of(Timeline(make_animation()))


def motion_of(film: Any) -> Motion:
    return build_pipeline(film, FakeDiffuser()).motion


def card(width: int, height: int) -> torch.Tensor:
    y, x = torch.meshgrid(torch.arange(height) / height, torch.arange(width) / width, indexing="ij")
    return torch.stack([x, y, 0.5 + 0.5 * torch.sin(9 * x) * torch.cos(7 * y)])


@pytest.mark.parametrize("projection", ["deforum", "pinhole"])
@pytest.mark.parametrize("size", [(64, 64), (256, 128), (128, 192)])
@pytest.mark.parametrize("motion", [{"translation_x": 0.1}, {"translation_y": -0.05}])
def test_shares_of_the_frame_move_the_image_the_same_way_in_2d_and_3d(
    projection: str, size: tuple[int, int], motion: dict[str, float], make_animation: Make
) -> None:
    images = []
    for mode in ("2d", "3d"):
        film = make_animation(
            mode=mode, size=list(size), frames=2, motion={**motion, "units": "frame"},
            camera={"projection": projection, "fov": 50, "near": 150}, depth={"use_depth_warping": False},
        )  # fmt: skip
        images.append(motion_of(film).warp(card(*size), [Timeline(film)[1]], None))
    inner = (slice(None), slice(size[1] // 4, -size[1] // 4), slice(size[0] // 4, -size[0] // 4))
    assert (images[0][inner] - images[1][inner]).abs().max() < 0.03
    assert (images[0][inner] - card(*size)[inner]).abs().max() > 0.04


@pytest.mark.parametrize("projection", ["deforum", "pinhole"])
def test_a_share_of_growth_is_a_zoom(projection: str, make_animation: Make) -> None:
    flat = make_animation(mode="2d", size=[128, 128], frames=2, motion={"zoom": 1.1})
    deep = make_animation(
        mode="3d", size=[128, 128], frames=2, motion={"translation_z": 0.1, "units": "frame"},
        camera={"projection": projection, "fov": 50}, depth={"use_depth_warping": False},
    )  # fmt: skip
    flat_image, deep_image = (
        motion_of(film).warp(card(128, 128), [Timeline(film)[1]], None) for film in (flat, deep)
    )
    assert (flat_image - deep_image)[:, 16:-16, 16:-16].abs().max() < 0.03


@pytest.mark.parametrize("projection", ["deforum", "pinhole"])
def test_a_frame_that_shrinks_to_nothing_stays_finite(projection: str, make_animation: Make) -> None:
    film = make_animation(
        mode="3d", motion={"translation_z": "-1-t", "units": "frame"}, camera={"projection": projection}
    )
    assert np.isfinite(column(Timeline(film), "motion.translation_z")).all()


@pytest.mark.parametrize("projection", ["deforum", "pinhole"])
def test_a_lens_that_magnifies_is_a_zoom(projection: str, make_animation: Make) -> None:
    flat = make_animation(mode="2d", size=[128, 128], frames=2, motion={"zoom": float(np.exp(0.15))})
    deep = make_animation(
        mode="3d", size=[128, 128], frames=2, fps=1, depth={"use_depth_warping": False},
        camera={"projection": projection, "moves": ["zoom_in"]},
    )  # fmt: skip
    flat_image, deep_image = (
        motion_of(film).warp(card(128, 128), [Timeline(film)[1]], None) for film in (flat, deep)
    )
    assert (flat_image - deep_image)[:, 16:-16, 16:-16].abs().max() < 0.03
