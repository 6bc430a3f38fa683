"""Several images at once: the same as one by one, in their order, whatever they differ in."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from animator.errors import AnimatorError
from animator.models.diffusion.batch import generate_batch
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.request import Control, GenerationRequest
from animator.models.diffusion.samplers.registry import METHODS
from animator.models.diffusion.stable import StableDiffuser
from animator.models.diffusion.unet_engine import UNetEngine
from schedules import PromptFrame
from tests.animator.models.diffusion import lora_files, tiny_models
from tests.fakes import CountingGrays
from tests.opened import open_stable

CPU = torch.device("cpu")
Opened = Callable[[str], StableDiffuser]
Folder = Callable[[str], Path]
TOLERANCE = 1 / 255


def calls_of(diffuser: StableDiffuser, generate: Callable[[], Any]) -> list[int]:
    """Number of rows of each call of the U-Net."""
    engine = diffuser.engine()
    assert isinstance(engine, UNetEngine)
    rows: list[int] = []
    handle = engine.model.unet.register_forward_pre_hook(
        lambda _module, _args, kwargs: rows.append(len(kwargs["sample"])), with_kwargs=True
    )
    try:
        generate()
    finally:
        handle.remove()
    return rows


def seeds(request: GenerationRequest, count: int = 3) -> list[GenerationRequest]:
    return [replace(request, seed=seed, prompt=PromptFrame(f"a cat {seed}", "")) for seed in range(count)]


def assert_close(together: list[Tensor], apart: list[Tensor]) -> None:
    assert len(together) == len(apart)
    for one, other in zip(together, apart, strict=True):
        assert float((one - other).abs().max()) < TOLERANCE
    for index, image in enumerate(together[1:]):  # not one image several times
        assert float((image - together[index]).abs().max()) > 10 * TOLERANCE


@pytest.mark.parametrize("kind", ["sd1", "sd1-inpaint", "sd2-v", "sdxl", "lcm"])
def test_images_are_those_of_one_by_one(opened: Opened, request_: GenerationRequest, kind: str) -> None:
    requests = seeds(request_)
    apart = [opened(kind).generate(request) for request in requests]
    together = generate_batch(opened(kind), requests)
    assert_close(together, apart)
    exact = generate_batch(opened(kind), requests, exact=True)
    assert all(torch.equal(one, other) for one, other in zip(exact, apart, strict=True))


@pytest.mark.parametrize("method", sorted(METHODS))
def test_every_sampler_takes_several_at_once(
    opened: Opened, request_: GenerationRequest, method: str
) -> None:
    requests = seeds(replace(request_, sampler=method, steps=4, strength=0.3), 2)
    assert_close(generate_batch(opened("sd1"), requests), [opened("sd1").generate(r) for r in requests])


def test_they_share_the_calls_of_the_model(opened: Opened, request_: GenerationRequest) -> None:
    requests = seeds(request_, 4)
    rows = calls_of(opened("sd1"), lambda: generate_batch(opened("sd1"), requests))
    assert rows == [8, 8, 8]  # three steps of four images, each with its negative prompt


def test_what_differs_too_much_is_generated_apart(opened: Opened, request_: GenerationRequest) -> None:
    long = PromptFrame("a very long prompt " * 40, "")
    requests = [
        request_,
        replace(request_, seed=8, image=None),
        replace(request_, seed=9, prompt=long),
        replace(request_, seed=10, cfg_scale=1.0),
        replace(request_, seed=11, size=(72, 64), image=None),
        replace(request_, seed=12, sampler="DPM++ 2M"),
    ]
    apart = [opened("sd1").generate(request) for request in requests]
    together = generate_batch(opened("sd1"), requests)
    for one, other in zip(together, apart, strict=True):
        assert float((one - other).abs().max()) < TOLERANCE


def test_each_has_the_lora_files_of_its_own_prompt(
    folder_of: Folder, request_: GenerationRequest, tmp_path: Path
) -> None:
    made = lora_files.factors(tiny_models.pipeline("sd1"))
    lora = lora_files.kohya(made, tmp_path / "ink.safetensors", alpha=4)
    prompts = [
        PromptFrame(f"a cat{tag}", "") for tag in ("", f" <lora:{lora}:0.9>", f" <lora:{lora}:0.4>", "")
    ]
    requests = [replace(request_, prompt=prompt) for prompt in prompts]
    diffuser = open_stable(str(folder_of("sd1")), CPU)
    apart = [diffuser.generate(request) for request in requests]
    together = generate_batch(diffuser, requests)
    for one, other in zip(together, apart, strict=True):
        assert float((one - other).abs().max()) < TOLERANCE
    assert float((together[1] - together[0]).abs().max()) > 0.02


def test_masks_and_controlnets_are_each_images_own(
    folder_of: Folder, request_: GenerationRequest, nets: Path
) -> None:
    generator = torch.Generator().manual_seed(2)
    mask = (torch.rand((1, 64, 64), generator=generator) > 0.5).float()
    control = Control(1.0, model=str(nets / "sd1-folder"), image=torch.rand((3, 64, 64), generator=generator))
    late = replace(control, start=0.5)
    requests = [
        replace(request_, mask=mask),
        replace(request_, seed=5, controls=(control,)),
        replace(request_, seed=6, controls=(replace(control, weight=0.3),)),
        replace(request_, seed=7, controls=(late,)),
        replace(request_, mask=torch.zeros_like(mask)),
    ]
    diffuser = open_stable(str(folder_of("sd1")), CPU)
    apart = [diffuser.generate(request) for request in requests]
    for one, other in zip(generate_batch(diffuser, requests), apart, strict=True):
        assert float((one - other).abs().max()) < TOLERANCE


def test_with_little_memory_images_are_generated_one_by_one(
    folder_of: Folder, request_: GenerationRequest
) -> None:
    diffuser = open_stable(str(folder_of("sd1")), CPU, LoadOptions(memory="low"))
    rows = calls_of(diffuser, lambda: generate_batch(diffuser, seeds(request_)))
    assert set(rows) == {1}


def test_an_image_with_a_fault_is_generated_again_alone(
    folder_of: Folder, request_: GenerationRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    diffuser = open_stable(str(folder_of("sd1")), CPU)
    engine, asked = diffuser.engine(), []
    generate = engine.generate_batch

    def faulty(requests: list[GenerationRequest]) -> list[Tensor]:
        asked.append([request.seed for request in requests])
        pairs = zip(generate(requests), requests, strict=True)
        return [image * torch.nan if request.seed == 1 else image for image, request in pairs]

    monkeypatch.setattr(engine, "generate_batch", faulty)
    images = diffuser.generate_batch(seeds(request_))
    assert asked[0] == [0, 1, 2] and len(asked) == 2 and len(asked[1]) == 1
    assert all(torch.isfinite(image).all() for image in images)


def test_diffusers_without_batches_and_empty_batches_work(
    opened: Opened, request_: GenerationRequest
) -> None:
    images = generate_batch(CountingGrays(), [request_, request_])
    assert [round(float(image.mean()), 3) for image in images] == [0.1, 0.2]
    assert generate_batch(opened("sd1"), []) == []


def test_a_failing_request_fails_the_batch_and_not_the_model(
    opened: Opened, request_: GenerationRequest
) -> None:
    before = opened("sd1").generate(request_)
    with pytest.raises(AnimatorError, match="clip_skip 9"):
        generate_batch(opened("sd1"), [request_, replace(request_, clip_skip=9)])
    assert torch.equal(opened("sd1").generate(request_), before)
