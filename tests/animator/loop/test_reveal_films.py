"""Films that generate what comes into view: with cadence, masks, colors and clips, and resumed."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from animator.loop.build.pipeline import build_pipeline
from animator.loop.render import Frame, render
from animator.loop.state import State
from animator.models.diffusion.fake import FakeDiffuser
from animator.models.diffusion.request import Diffuser, GenerationRequest
from animator.settings import Animation
from animator.timeline.timeline import Timeline
from tests.clips import save_clip
from tests.fakes import QUIET, SHARP, FunctionDiffuser, Make, PassthroughOrGray, Recorder

COLUMN = torch.arange(64).expand(64, 64)


def frames(film: Animation, diffuser: Diffuser | None = None, state: State | None = None) -> list[Frame]:
    return list(render(Timeline(film), build_pipeline(film, diffuser or FakeDiffuser()), state))


def requests(film: Animation) -> list[GenerationRequest]:
    recorder = Recorder(FakeDiffuser())
    frames(film, recorder)
    return recorder.asked


def pan(make: Make, **settings: Any) -> Animation:
    """A film that moves right by 4 pixels per frame, without a soft seam."""
    motion = {"translation_x": 4, "reveal": "generate", "reveal_seam": 0, **settings.pop("motion", {})}
    return make(**{**QUIET, **settings}, motion=motion)


def columns(request: GenerationRequest) -> int:
    """The width in pixels of the area at the left that a request generates from nothing."""
    if request.revealed is None:
        return 0
    width = int(request.revealed[0, 0].sum())
    assert torch.equal(request.revealed[0] == 1, width > COLUMN)
    return width


def test_only_what_comes_into_view_is_generated_from_nothing(make_animation: Make) -> None:
    first, *later = requests(pan(make_animation))
    assert first.revealed is None
    assert [columns(request) for request in later] == [4] * 5
    assert all(request.strength > request.revealed_strength == 0 for request in later)
    assert all(request.steps_run == request.steps for request in later)


def test_a_frame_that_reveals_nothing_asks_for_nothing_more(make_animation: Make) -> None:
    film = pan(make_animation, motion={"translation_x": "0:(0), 3:(0), 4:(4)"})
    assert [columns(request) for request in requests(film)] == [0, 0, 0, 0, 4, 4]


@pytest.mark.parametrize("tween", [{}, {"cadence_warp": "chained"}, {"optical_flow_cadence": "DIS Medium"}])
def test_in_betweens_gather_what_they_reveal(make_animation: Make, tween: dict[str, str]) -> None:
    film = pan(make_animation, frames=9, diffusion={"seed": 7, "cadence": 3, **tween})
    assert [columns(request) for request in requests(film)] == [0, 12, 12]
    areas = [frame.state.revealed for frame in frames(film)]
    assert areas[2] is not None and torch.equal(areas[2] == 1, COLUMN < 8)


def test_looking_ahead_gathers_the_group(make_animation: Make) -> None:
    cadence = {"seed": 7, "cadence": 3, "cadence_blend": "lookahead"}
    film = pan(make_animation, frames=9, diffusion=cadence)
    _, second, third = requests(film)
    assert (columns(second), columns(third)) == (20, 12)  # the first group has nothing to look ahead from
    assert [frame.state.revealed for frame in frames(film)[5::3]] == [None, None]


def test_in_betweens_are_filled_without_streaks(make_animation: Make) -> None:
    texture = torch.rand((3, 64, 64), generator=torch.Generator().manual_seed(3))

    def roughness(reveal: str) -> Tensor:
        film = pan(make_animation, motion={"reveal": reveal}, diffusion={"seed": 7, "cadence": 3}, frames=3)
        *_, last = frames(film, FunctionDiffuser(lambda request: texture))
        return last.image[:, :, :6].diff(dim=1).abs().mean()

    assert roughness("generate") < 0.1 * roughness("border")


@pytest.mark.parametrize("mode", ["2d", "3d", "3d pinhole"])
@pytest.mark.parametrize("compat", [True, False])
@pytest.mark.parametrize("cadence", ["fade 1", "fade 3", "lookahead 3"])
def test_a_film_resumes_from_every_frame(
    make_animation: Make,
    mode: str,
    compat: bool,
    cadence: str,
) -> None:
    blend, size = cadence.split()
    film = make_animation(
        mode=mode[:2],
        camera={"projection": mode[3:] or "deforum"},
        depth={"model": "fake"},
        compat=compat,
        frames=9,
        motion={"reveal": "generate", "zoom": 0.95, "translation_z": -20, "rotation_3d_z": 3},
        diffusion={"seed": 7, "cadence": int(size), "cadence_blend": blend, "cadence_warp": "chained"},
    )
    whole = frames(film)
    for frame in whole[:-1]:
        again = frames(film, state=State.from_bytes(frame.state.to_bytes()))[0]
        assert torch.equal(again.image, whole[again.plan.frame].image)


def test_strength_and_seam_may_change_by_frame(make_animation: Make) -> None:
    motion = {"reveal_strength": "0:(0), 5:(0.5)", "reveal_seam": "0:(0), 1:(0), 2:(8)"}
    _, second, third, *_, last = requests(pan(make_animation, motion=motion))
    assert last.revealed_strength == 0.5 and second.revealed_strength == pytest.approx(0.1)
    assert columns(second) == 4
    assert third.revealed is not None and third.revealed[0, 0, :12].min() > 0
    assert third.revealed[0, 0, 12:].max() == 0 < third.revealed[0, 0, 8] < 1


def test_what_comes_into_view_is_generated_outside_a_mask_too(make_animation: Make, tmp_path: Path) -> None:
    Image.fromarray(np.repeat([[0, 255]], 32, 1).astype(np.uint8).repeat(64, 0)).save(tmp_path / "right.png")
    mask = {"use_mask": True, "mask_file": str(tmp_path / "right.png"), "overlay_blur": 0}
    film = pan(make_animation, mask=mask, diffusion={"seed": 7, "strength": 0.5})
    _, second, *_ = requests(film)
    assert second.mask is not None and torch.equal(second.mask[0] == 1, (COLUMN < 4) | (COLUMN >= 32))
    first, moved, *_ = frames(film)
    assert torch.allclose(moved.image[:, :, 4:32], first.image[:, :, :28], atol=1e-6)


@pytest.mark.parametrize("compat", [True, False])
@pytest.mark.parametrize("color", [{}, {"reference": "image"}, {"reference": "video"}])
def test_colors_are_matched_by_what_was_there(
    make_animation: Make,
    tmp_path: Path,
    color: dict[str, str],
    compat: bool,
) -> None:
    gray = np.random.default_rng(0).integers(90, 160, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(gray).save(tmp_path / "gray.png")
    clip = save_clip(tmp_path, [gray] * 6, "clip%d.png")
    scene = torch.from_numpy(gray).permute(2, 0, 1) / 255

    def red_where_new(request: GenerationRequest) -> Tensor:
        red = torch.tensor([1.0, 0.0, 0.0]).view(3, 1, 1)
        if request.image is None:
            return scene
        return request.image if request.revealed is None else request.image.lerp(red, request.revealed)

    reference = {"image": str(tmp_path / "gray.png")} if color.get("reference") == "image" else {}
    film = pan(
        make_animation,
        **SHARP,
        compat=compat,
        frames=2,
        color={"coherence": "RGB", **color, **reference},
        video={"path": clip},
        motion={"translation_x": 24},
    )
    *_, last = frames(film, FunctionDiffuser(red_where_new))
    assert (last.image[:, :, 24:] - scene[:, :, :40]).abs().mean() < 0.02


@pytest.mark.parametrize("redo", [{"diffusion_redo": 2}, {"optical_flow_redo_generation": "DIS Fine"}])
def test_trials_generate_it_too(make_animation: Make, redo: dict[str, Any]) -> None:
    _, *later = requests(pan(make_animation, frames=2, diffusion={"seed": 7, **redo}))
    assert len(later) > 1 and [columns(request) for request in later] == [4] * len(later)


@pytest.mark.parametrize("cadence", [1, 2])
def test_the_area_follows_the_motion_of_a_clip(make_animation: Make, tmp_path: Path, cadence: int) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (64, 128, 3), dtype=np.uint8)
    smooth = np.asarray(Image.fromarray(noise).resize((32, 16)).resize((128, 64)))
    clip = save_clip(tmp_path, [smooth[:, 40 - 3 * i : 104 - 3 * i] for i in range(5)], "clip%d.png")
    film = pan(
        make_animation,
        frames=5,
        video={"path": clip},
        hybrid={"motion": "Affine", "use_first_frame_as_init_image": False},
        diffusion={"seed": 7, "cadence": cadence},
    )
    area = requests(film)[-1].revealed
    assert area is not None
    moved = COLUMN[0, area[0, 32] == 1].tolist()
    # Nothing of what the camera reveals is known; what the clip's motion reveals is mirrored.
    assert set(range(4, 7)) <= set(moved) and max(moved) < 4 * cadence + 3 * cadence + 4


def test_a_scene_that_begins_with_a_cut_reveals_nothing(make_animation: Make) -> None:
    film = pan(
        make_animation,
        prompts={0: "a lake", 3: "a forest"},
        diffusion={"seed": 7, "strength": "0:(0.6), 2:(0.6), 3:(0), 4:(0.6)"},
    )
    assert [columns(request) for request in requests(film)] == [0, 4, 4, 0, 4, 4]


def test_a_film_that_reveals_nothing_equals_one_without_the_setting(make_animation: Make) -> None:
    plain, generating = (
        frames(make_animation(motion={"zoom": 1.03, "reveal": reveal}), PassthroughOrGray())
        for reveal in ("border", "generate")
    )
    for one, other in zip(plain, generating, strict=True):
        assert torch.equal(one.image, other.image)
