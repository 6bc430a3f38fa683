"""Images that are referred to without a ControlNet: weights, style fidelity, steps, batches, films."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor

from animator.errors import ModelError, PresetError
from animator.loop.build.pipeline import build_pipeline
from animator.loop.render import render
from animator.models.diffusion.request import Control, GenerationRequest
from animator.models.diffusion.stable import StableDiffuser
from animator.presets.load import load
from animator.presets.plain import read_source
from animator.runs.preflight.check_film import check_film
from animator.timeline.timeline import Timeline
from schedules import PromptFrame
from tests.fakes import FunctionDiffuser, Recorder

IMAGE = torch.rand((3, 64, 64), generator=torch.Generator().manual_seed(11))
Generate = Callable[..., Tensor]


def reference(weight: float = 1.0, fidelity: float = 0.5, **more: Any) -> Control:
    return Control(weight, fidelity=fidelity, **{"image": IMAGE, **more})


@pytest.fixture
def generate(opened: Callable[[str], StableDiffuser], request_: GenerationRequest) -> Generate:
    def generated(*controls: Control, kind: str = "sd1", **changes: Any) -> Tensor:
        return opened(kind).generate(replace(request_, controls=controls, **changes))

    return generated


def apart(one: Tensor, other: Tensor) -> float:
    return float((one - other).abs().mean())


@pytest.mark.parametrize("kind", ["sd1", "sd2", "sdxl", "sd1-inpaint"])
def test_a_reference_acts_with_any_u_net(generate: Generate, kind: str) -> None:
    without = generate(kind=kind)
    assert apart(generate(reference(), kind=kind), without) > 1e-3
    assert torch.equal(generate(kind=kind), without)


def test_weight_0_and_no_steps_change_nothing(generate: Generate) -> None:
    without = generate()
    assert torch.equal(generate(reference(0.0)), without)
    assert torch.equal(generate(reference(start=0.5, end=0.5)), without)
    assert torch.equal(generate(reference(image=None)), without)


def test_weights_fidelity_steps_and_images_act(generate: Generate) -> None:
    generated = [
        generate(),
        generate(reference(0.2)),
        generate(reference()),
        generate(reference(fidelity=0.0)),
        generate(reference(fidelity=1.0)),
        generate(reference(end=0.4)),
        generate(reference(image=IMAGE.flip(-1))),
        generate(reference(0.5), reference(0.5, image=IMAGE.flip(-1))),
    ]
    for index, image in enumerate(generated):
        assert all(apart(image, other) > 1e-5 for other in generated[index + 1 :])
    assert apart(generated[0], generated[1]) < apart(generated[0], generated[2])


def test_without_guidance_the_fidelity_says_nothing(generate: Generate) -> None:
    low, high = (generate(reference(fidelity=fidelity), cfg_scale=1.0) for fidelity in (0.0, 1.0))
    assert torch.equal(low, high)


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": PromptFrame("a cat AND a dog :0.5", "blurry")},
        {"mask": torch.ones(1, 64, 64).tril(), "mask_padding": 4},
        {"image": None},
        {"tiling": True},
    ],
    ids=lambda change: next(iter(change)),
)
def test_it_goes_with_other_things(generate: Generate, change: dict[str, Any]) -> None:
    assert apart(generate(**change), generate(reference(), **change)) > 1e-4


def test_requests_generated_together_and_alone_are_the_same(
    opened: Callable[[str], StableDiffuser], request_: GenerationRequest
) -> None:
    controls = [(), (reference(),), (reference(0.4, 1.0, image=IMAGE.flip(-1)),)]
    requests = [replace(request_, controls=own, seed=seed) for seed, own in enumerate(controls)]
    for request, together in zip(requests, opened("sd1").generate_batch(requests), strict=True):
        assert torch.allclose(together, opened("sd1").generate(request), atol=1e-4)


def test_transformers_refuse_it(generate: Generate) -> None:
    with pytest.raises(ModelError, match=r"reference_only: the model .* does not support it"):
        generate(reference(), kind="sd3")


def test_a_film_refers_to_images(folder_of: Callable[[str], Path], tmp_path: Path) -> None:
    Image.new("RGB", (64, 64), (200, 40, 10)).save(tmp_path / "red.png")
    unit = {"module": "reference_only", "source": str(tmp_path / "red.png"), "weight": "0:(0), 2:(1)"}
    preset = {
        "model": str(folder_of("sd1")),
        "size": [64, 64],
        "frames": 3,
        "prompts": "a lake",
        "diffusion": {"steps": 3},
        "controlnet": [unit],
    }
    film = check_film(read_source(preset))
    recorder = Recorder(FunctionDiffuser(lambda request: torch.full((3, *request.size), 0.5)))
    for _ in render(Timeline(film), build_pipeline(film, recorder)):
        pass
    given = [
        [(one.weight, one.fidelity, one.model) for one in request.controls] for request in recorder.asked
    ]
    assert given == [[], [(0.5, 0.5, "")], [(1.0, 0.5, "")]]
    modes = {"prompt": 0.0, "control": 1.0}
    for mode, fidelity in modes.items():
        film = load({**preset, "controlnet": [{**unit, "control_mode": mode, "weight": 1}]})
        build_pipeline(film, recorder)
        recorder.asked.clear()
        next(render(Timeline(film), build_pipeline(film, recorder)))
        assert recorder.asked[0].controls[0].fidelity == fidelity
    with pytest.raises(PresetError, match="threshold_a is the style fidelity of reference_only"):
        load({**preset, "controlnet": [{**unit, "threshold_a": 2}]})
    compiled = {**preset, "diffusion": {"steps": 3, "speed": "compiled"}}
    with pytest.raises(PresetError, match=r"controlnet\.0 changes the model while it generates"):
        check_film(read_source(compiled))
