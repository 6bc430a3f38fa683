"""Units in a film: which images reach the diffuser, with which weights, at which frame."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor

from animator.errors import PresetError, UserError
from animator.loop.build.pipeline import build_pipeline
from animator.loop.render import render
from animator.loop.requests import request_of
from animator.loop.state import State
from animator.models.depth.model import FakeDepth
from animator.models.diffusion.fake import FakeDiffuser
from animator.models.diffusion.request import GenerationRequest
from animator.runs.preflight.check_film import check_film
from animator.settings import Animation
from animator.settings.raw import raw_of
from animator.timeline.timeline import Timeline
from tests.fakes import FunctionDiffuser, Make, Recorder


def guided(request: GenerationRequest) -> Tensor:
    """Generates as the fake does, with some of every control image."""
    generated = FakeDiffuser().generate(request)
    for control in request.controls:
        if control.image is not None:
            generated = generated.lerp(control.image, min(0.5, control.weight * 0.3))
    return generated


@pytest.fixture
def maps(tmp_path: Path) -> Path:
    """A folder of six images, each of its own gray."""
    place = tmp_path / "maps"
    place.mkdir()
    for number in range(6):
        Image.new("RGB", (64, 64), (40 * number,) * 3).save(place / f"{number}.png")
    return place


def film(animation: Animation, state: State | None = None) -> tuple[list[Tensor], list[GenerationRequest]]:
    recorder = Recorder(FunctionDiffuser(guided))
    pipeline = build_pipeline(animation, recorder, depth=FakeDepth())
    return [frame.image for frame in render(Timeline(animation), pipeline, state)], recorder.asked


def units(*settings: dict[str, Any]) -> dict[str, Any]:
    return {"controlnet": [{"model": f"net{number}", **unit} for number, unit in enumerate(settings)]}


def test_a_film_without_units_asks_for_nothing(make_animation: Make) -> None:
    assert build_pipeline(make_animation(), FakeDiffuser()).request_steps == ()
    off = make_animation(**units({"enabled": False, "source": "/not/there"}))
    assert build_pipeline(off, FakeDiffuser()).request_steps == ()


def test_every_frame_sees_its_own_image(make_animation: Make, maps: Path) -> None:
    _, seen = film(make_animation(**units({"source": str(maps)})))
    controls = [request.controls[0].image for request in seen]
    grays = [float(image.mean()) * 255 for image in controls if image is not None]
    assert grays == pytest.approx([0, 40, 80, 120, 160, 200], abs=1)
    assert {request.controls[0].model for request in seen} == {"net0"}


def test_weights_and_shares_are_schedules(make_animation: Make, maps: Path) -> None:
    unit = {"weight": "0:(0), 5:(1)", "guidance_start": "t/10", "guidance_end": {0: 1, 5: 0.5}}
    _, seen = film(make_animation(**units({"source": str(maps), **unit})))
    assert seen[0].controls == ()  # a weight of 0
    (third,) = seen[3].controls
    assert (third.weight, third.start, third.end) == pytest.approx((0.6, 0.3, 0.7))
    assert seen[5].controls == ()  # it begins where it ends


def test_a_source_is_not_read_while_its_weight_is_0(make_animation: Make, maps: Path) -> None:
    """So a source may be shorter than the film."""
    (maps / "5.png").unlink()
    ending = units({"source": str(maps), "weight": {0: 1, 4: 1, 5: 0}})
    assert len(film(make_animation(**ending))[0]) == 6
    with pytest.raises(UserError, match=r"frame 5: .* has 5 images"):
        film(make_animation(**units({"source": str(maps)})))


def test_the_frame_itself_is_the_image_to_start_from(make_animation: Make) -> None:
    _, seen = film(make_animation(motion={"zoom": 1.1}, **units({"source": "frame"})))
    assert seen[0].controls == ()  # no image to start from yet
    for request in seen[1:]:
        assert request.image is not None and request.controls[0].image is not None
        assert torch.equal(request.controls[0].image, request.image)


def test_units_have_their_own_modules_modes_and_order(make_animation: Make, maps: Path) -> None:
    _, seen = film(
        make_animation(
            **units(
                {"source": str(maps), "module": "depth", "control_mode": "prompt"},
                {"enabled": False},
                {"source": str(maps), "module": "blur", "control_mode": "control"},
            )
        )
    )
    assert [(c.model, c.control_mode) for c in seen[2].controls] == [("net0", "prompt"), ("net2", "control")]
    depth, blurred = (control.image for control in seen[2].controls)
    assert depth is not None and blurred is not None
    assert (float(depth.min()), float(depth.max())) == (0, 1)
    assert float(blurred.std()) < 1e-4


def test_modules_work_at_their_resolution(make_animation: Make, tmp_path: Path) -> None:
    image = torch.rand((64, 64, 3), generator=torch.Generator().manual_seed(0))
    Image.fromarray((image * 255).to(torch.uint8).numpy()).save(tmp_path / "x.png")
    full, small = (
        film(
            make_animation(
                **units({"source": str(tmp_path / "x.png"), "module": "tile", "processor_res": res})
            )
        )[1][0]
        for res in (0, 16)
    )
    one, other = full.controls[0].image, small.controls[0].image
    assert one is not None and other is not None and one.shape == other.shape == (3, 64, 64)
    assert float(other.std()) < 0.6 * float(one.std())


@pytest.mark.parametrize("module", ["canny", "depth"])
def test_bars_around_an_image_are_not_preprocessed(make_animation: Make, tmp_path: Path, module: str) -> None:
    Image.new("RGB", (64, 32), (90, 160, 90)).save(tmp_path / "wide.png")
    unit = {"source": str(tmp_path / "wide.png"), "module": module, "resize_mode": "pad"}
    _, seen = film(make_animation(**units(unit)))
    generated = seen[0].controls[0].image
    assert generated is not None and float(generated[:, :15].max()) == float(generated[:, 49:].max()) == 0
    inside = generated[0, 18:46]
    assert float(inside.max()) == 0 if module == "canny" else float(inside.max()) > 0.8


def test_a_resumed_film_gets_the_same_control_images(make_animation: Make, maps: Path) -> None:
    settings = units(
        {"source": str(maps), "weight": "0:(0.2), 5:(1)"}, {"source": "frame", "module": "canny"}
    )
    animation = make_animation(motion={"zoom": 1.05}, **settings)
    whole, _ = film(animation)
    frames = render(Timeline(animation), build_pipeline(animation, FunctionDiffuser(guided)))
    state = [next(frames) for _ in range(3)][-1].state
    rest, _ = film(animation, State.from_bytes(state.to_bytes()))
    assert all(torch.equal(one, other) for one, other in zip(rest, whole[3:], strict=True))


def test_trials_are_guided_too(make_animation: Make, maps: Path) -> None:
    animation = make_animation(diffusion={"seed": 7, "diffusion_redo": 2}, **units({"source": str(maps)}))
    _, seen = film(animation)
    assert len(seen) == 1 + 3 * 5 and all(request.controls for request in seen)


def test_the_timeline_shows_units(make_animation: Make) -> None:
    from animator.timeline.table import rows

    animation = make_animation(**units({"weight": "t/10"}, {"enabled": False}))
    table = list(rows(Timeline(animation)))
    assert [row["controlnet.0.weight"] for row in table] == pytest.approx([t / 10 for t in range(6)])
    assert table[0]["controlnet.1.guidance_end"] == 1


def test_a_masks_surroundings_are_guided_by_their_own_part(make_animation: Make, tmp_path: Path) -> None:
    """Generated at full size, a part of the frame sees the same part of the control image."""
    from animator.models.diffusion.inpaint import inpaint
    from animator.models.diffusion.request import Control

    ramp = torch.linspace(0, 1, 64).expand(3, 64, 64)
    mask = torch.zeros(1, 64, 64)
    mask[:, 16:48, 32:64] = 1
    (plan, *_) = Timeline(make_animation())
    seen: list[GenerationRequest] = []

    def generate(request: GenerationRequest) -> Tensor:
        seen.append(request)
        return torch.zeros(3, 64, 64)

    controls = (Control(1.0, model="x", image=ramp),)
    request = replace(request_of(plan, ramp), mask=mask, mask_padding=0, controls=controls)
    inpaint(generate, request)
    part = seen[0].controls[0].image
    assert part is not None and part.shape == (3, 64, 64)
    assert float(part[0, 32, 0]) == pytest.approx(0.5, abs=0.05) and float(part.max()) > 0.98


def test_a_unit_has_the_mask_of_its_frame(make_animation: Make, maps: Path, tmp_path: Path) -> None:
    hand = tmp_path / "hand.png"
    Image.new("L", (64, 64), 255).save(hand)
    masks = {0: "{everywhere}", 2: f"[{hand}]", 4: f"![{hand}]"}
    _, seen = film(make_animation(**units({"source": str(maps), "mask": masks})))
    means = [mask if mask is None else float(mask.mean()) for mask in (one.controls[0].mask for one in seen)]
    assert means == [None, None, 1, 1, 0, 0]
    assert seen[2].controls[0].mask is not None and seen[2].controls[0].mask.shape == (1, 64, 64)


def test_guess_mode_takes_the_place_of_the_control_mode(make_animation: Make, maps: Path) -> None:
    _, seen = film(make_animation(**units({"source": str(maps), "guess_mode": True})))
    assert {one.controls[0].control_mode for one in seen} == {"guess"}


@pytest.mark.parametrize(
    ("mask", "said"),
    [
        ("{init_mask}", "controlnet.0.mask: there is no {init_mask}; give mask_file"),
        ("<cat>", "controlnet.0.mask: <cat> needs CLIPSeg; give its folder as word_model"),
    ],
)
def test_a_mask_that_a_unit_lacks_is_a_problem(make_animation: Make, mask: str, said: str) -> None:
    with pytest.raises(PresetError) as caught:
        check_film(raw_of(make_animation(**units({"mask": mask}))))
    assert said in str(caught.value)
    check_film(raw_of(make_animation(**units({"mask": mask, "enabled": False}))))


def test_the_mask_file_of_a_film_without_a_mask_is_there_for_units(
    make_animation: Make, tmp_path: Path
) -> None:
    path = tmp_path / "m.png"
    Image.new("L", (64, 64), 128).save(path)
    settings = units({"mask": "{init_mask}", "source": str(path)})
    _, seen = film(make_animation(**settings, mask={"mask_file": str(path)}))
    mask = seen[0].controls[0].mask
    assert mask is not None and float(mask.mean()) == pytest.approx(128 / 255)
    assert seen[1].mask is None
