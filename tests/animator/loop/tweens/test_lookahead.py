"""Look-ahead cadence: in-betweens that lead up to the next generated frame."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from animator.errors import PresetError
from animator.loop.build.pipeline import build_pipeline
from animator.loop.pipeline import FrameImage
from animator.loop.render import Frame, render
from animator.loop.state import State
from animator.loop.tweens.lookahead import LookAhead
from animator.models.diffusion.fake import FakeDiffuser
from animator.presets.load import load
from animator.timeline.timeline import Timeline
from tests.fakes import QUIET, FunctionDiffuser, Make, PassthroughOrGray, RecordingMotion, level

SIDE = 96


def landscape() -> Tensor:
    """A wide soft texture (3, 4 * SIDE, 4 * SIDE)."""
    noise = torch.rand((1, 3, 24, 24), generator=torch.Generator().manual_seed(3))
    return torch.nn.functional.interpolate(noise, (4 * SIDE, 4 * SIDE), mode="bicubic")[0].clamp(0.1, 0.9)


def seen(frame: int) -> Tensor:
    """View (3, SIDE, SIDE) of a camera that goes right by 3 pixels a frame; a ball goes left by 1."""
    image = landscape()[:, 40 : 40 + SIDE, 20 + 3 * frame : 20 + 3 * frame + SIDE].clone()
    rows, columns = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    ball = (rows - 48) ** 2 + (columns - 70 + frame) ** 2 < 12**2
    image[:, ball] = torch.tensor([0.95, 0.1, 0.1]).unsqueeze(1)
    return image


def film(make_animation: Make, reveal: str = "border", **diffusion: Any) -> list[Frame]:
    animation = make_animation(
        size=(SIDE, SIDE), frames=25, diffusion={"seed": 1, "cadence": 4, **diffusion},
        motion={"translation_x": -3, "reveal": reveal}, **QUIET,
    )  # fmt: skip
    return list(
        render(
            Timeline(animation),
            build_pipeline(animation, FunctionDiffuser(lambda request: seen(request.frame))),
        )
    )


def error(frames: list[Frame]) -> float:
    """Mean distance of the frames after the first group from the true views, in levels of 255."""
    return sum(float((f.image - seen(f.plan.frame)).abs().mean()) for f in frames[4:]) / 21 * 255


def unevenness(frames: list[Frame]) -> float:
    """Excess of the film's mean second difference over that of the true views, in levels of 255."""
    off = [f.image - seen(f.plan.frame) for f in frames[4:]]
    changes = [float((a - 2 * b + c).abs().mean()) for a, b, c in zip(off, off[1:], off[2:], strict=False)]
    return sum(changes) / len(changes) * 255


def test_it_is_closer_to_the_true_frames_than_fading(make_animation: Make) -> None:
    plain = film(make_animation)
    flowing = film(make_animation, optical_flow_cadence="DIS Medium")
    ahead = film(make_animation, cadence_blend="lookahead")
    both = film(make_animation, cadence_blend="lookahead", optical_flow_cadence="DIS Medium")
    assert error(ahead) < 0.5 * min(error(plain), error(flowing))
    assert error(both) < error(ahead)
    assert unevenness(ahead) < 0.7 * unevenness(plain)
    assert unevenness(both) < 0.7 * unevenness(flowing)


def test_the_last_frame_of_a_group_is_the_generated_image(make_animation: Make) -> None:
    frames = film(make_animation, cadence_blend="lookahead")
    generated = [f.plan.frame for f in frames if torch.equal(f.image, seen(f.plan.frame))]
    assert generated == [0, 7, 11, 15, 19, 23, 24]  # the film's first frame has nothing before it


@pytest.mark.parametrize(
    "motion",
    [{"zoom": 0.97}, {"zoom": 1.03, "angle": 2}, {"translation_y": 4, "angle": -3}, {"border": "reflect"}],
)
def test_an_image_that_the_diffusion_kept_is_only_warped(
    make_animation: Make, motion: dict[str, Any]
) -> None:
    """If the generated image is the old one warped, an in-between is the old one warped, too."""
    animation = make_animation(
        size=(SIDE, SIDE), frames=5, motion=motion, diffusion={"seed": 1, "cadence": 5}
    )
    plans, move = list(Timeline(animation)), build_pipeline(animation, FakeDiffuser()).motion
    generated = FrameImage(move.warp(seen(0), plans, None), None)
    images = list(LookAhead()(move, plans, seen(0), generated))
    for position, found in enumerate(images):
        wanted = move.warp(seen(0), plans[: position + 1], None)
        inside = (found.image - wanted)[:, 16:80, 16:80].abs()
        assert float(inside.mean()) * 255 < 1.5, position


def test_the_backward_warp_uses_the_depth_of_the_in_between(make_animation: Make) -> None:
    """As above, past a slope that comes nearer to the right: its depth moves with the image."""
    animation = make_animation(
        mode="3d", size=(SIDE, SIDE), frames=5, depth={"model": "fake"}, camera={"projection": "pinhole"},
        motion={"translation_x": 12}, diffusion={"seed": 1, "cadence": 5},
    )  # fmt: skip
    plans, move = list(Timeline(animation)), build_pipeline(animation, FakeDiffuser()).motion
    depth = torch.linspace(1.0, 2.0, SIDE).expand(SIDE, SIDE).contiguous()
    generated = FrameImage(move.warp(seen(0), plans, depth), depth)
    for position, found in enumerate(LookAhead()(move, plans, seen(0), generated)):
        wanted = move.warp(seen(0), plans[: position + 1], depth)
        assert float((found.image - wanted)[:, 16:80, 16:80].abs().mean()) * 255 < 0.8, position


def test_the_depth_is_estimated_for_the_first_frame_of_the_group(make_animation: Make) -> None:
    motion = RecordingMotion()
    animation = make_animation(diffusion={"seed": 1, "cadence": 3, "cadence_blend": "lookahead"}, **QUIET)
    pipeline = replace(build_pipeline(animation, PassthroughOrGray()), motion=motion)
    frames = list(render(Timeline(animation), pipeline))
    assert motion.depth_calls == [(1, None), (3, 1)]
    assert [level(frame.depth) for frame in frames] == [1, 1, 1, 2, 2, 2]


def test_the_edges_of_what_only_one_image_shows_are_soft(make_animation: Make) -> None:
    """Black becomes white, so that an in-between shows the weight of the generated image."""
    animation = make_animation(motion={"translation_x": -3}, frames=4, diffusion={"cadence": 4})
    plans, move = list(Timeline(animation)), build_pipeline(animation, FakeDiffuser()).motion
    generated = FrameImage(torch.ones(3, 64, 64), None)
    row = next(iter(LookAhead()(move, plans, torch.zeros(3, 64, 64), generated))).image[0, 32]
    out_of_view_later, in_both, new = row[:7], row[11:58], row[62:]
    assert [level(part) for part in (out_of_view_later, in_both, new)] == pytest.approx([0, 0.25, 1])
    assert row[6:12].diff().tolist() == pytest.approx([0.05] * 5)
    assert row[57:63].diff().tolist() == pytest.approx([0.15] * 5)


@pytest.mark.parametrize("reveal", ["border", "generate"])
def test_revealed_pixels_are_taken_from_the_generated_image(make_animation: Make, reveal: str) -> None:
    frames = film(make_animation, reveal, cadence_blend="lookahead")
    plain = film(make_animation)
    edge = [float((f.image - seen(f.plan.frame))[:, :, -8:].abs().mean()) * 255 for f in frames[4:]]
    smeared = [float((f.image - seen(f.plan.frame))[:, :, -8:].abs().mean()) * 255 for f in plain[4:]]
    assert sum(edge) < 0.5 * sum(smeared)


def test_nothing_leads_up_to_a_cut(make_animation: Make) -> None:
    frames = film(make_animation, cadence_blend="lookahead", strength="0:(0.6), 10:(0.6), 11:(0), 12:(0.6)")
    before = frames[10].image
    assert torch.equal(frames[11].image, seen(11))
    assert float((before - frames[9].image).abs().mean()) > 0.0  # moved on, not faded
    start = film(make_animation, cadence_blend="lookahead", strength="0:(0.6), 7:(0.6), 8:(0), 9:(0.6)")
    assert torch.equal(start[8].image, seen(8))


@pytest.mark.parametrize("mode", ["2d", "3d"])
@pytest.mark.parametrize("flow", ["none", "DIS Medium"])
def test_a_film_resumes_at_every_group(make_animation: Make, mode: str, flow: str) -> None:
    animation = make_animation(
        mode=mode, frames=11, depth={"model": "fake"}, motion={"zoom": 1.02, "translation_z": 5},
        diffusion={"seed": 3, "cadence": 3, "cadence_blend": "lookahead", "optical_flow_cadence": flow},
    )  # fmt: skip
    timeline = Timeline(animation)
    whole = list(render(timeline, build_pipeline(animation, FakeDiffuser())))
    assert all(bool(torch.isfinite(frame.image).all()) for frame in whole)
    for stop in (3, 6, 9):
        state = State.from_bytes(whole[stop - 1].state.to_bytes())
        again = list(render(timeline, build_pipeline(animation, FakeDiffuser()), state))
        assert all(torch.equal(a.image, b.image) for a, b in zip(again, whole[stop:], strict=True))


def test_motion_of_a_clip_is_refused(tmp_path: Path) -> None:
    preset = tmp_path / "film.yaml"
    preset.write_text("diffusion: {cadence_blend: lookahead}\nhybrid: {motion: Affine}\n")
    with pytest.raises(PresetError, match="lookahead follows the camera's motion only; expected fade"):
        load(preset)
