"""Several images at once from flow-matching models: those of one by one, in calls that they share."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from animator.models.diffusion.batch import generate_batch
from animator.models.diffusion.checkpoints.flow_families import FLOW_FAMILIES
from animator.models.diffusion.flow_matching.engine import FlowEngine
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.stable import StableDiffuser
from animator.models.diffusion.tuning import GuidanceTuning
from schedules import PromptFrame
from tests.animator.models.diffusion import flow_lora_files
from tests.opened import open_stable

CPU = torch.device("cpu")
Opened = Callable[[str], StableDiffuser]
Folder = Callable[[str], Path]
TOLERANCE = 1e-4


def calls_of(diffuser: StableDiffuser, requests: list[GenerationRequest]) -> int:
    """Number of calls of the network for some requests at once."""
    engine = diffuser.engine()
    assert isinstance(engine, FlowEngine)
    calls: list[int] = []
    handle = engine.transformer.register_forward_hook(lambda *_: calls.append(1))
    try:
        generate_batch(diffuser, requests)
    finally:
        handle.remove()
    return len(calls)


def seeds(request: GenerationRequest, count: int = 3) -> list[GenerationRequest]:
    return [replace(request, seed=seed, prompt=PromptFrame(f"cat {seed}", "red")) for seed in range(count)]


def check_alike(diffuser: StableDiffuser, requests: list[GenerationRequest]) -> list[Tensor]:
    """Checks that images together are those of one by one, and returns them."""
    apart = [diffuser.generate(request) for request in requests]
    together = generate_batch(diffuser, requests)
    assert len(together) == len(apart)
    for one, other in zip(together, apart, strict=True):
        assert float((one - other).abs().max()) < TOLERANCE
    return together


@pytest.mark.parametrize("kind", FLOW_FAMILIES)
def test_images_are_those_of_one_by_one(opened: Opened, request_: GenerationRequest, kind: str) -> None:
    requests = seeds(request_)
    together = check_alike(opened(kind), requests)
    for index, image in enumerate(together[1:]):  # not one image several times
        assert float((image - together[index]).abs().max()) > 10 * TOLERANCE
    exact = generate_batch(opened(kind), requests, exact=True)
    assert all(
        torch.equal(one, opened(kind).generate(request)) for one, request in zip(exact, requests, strict=True)
    )


@pytest.mark.parametrize("kind", FLOW_FAMILIES)
def test_they_share_the_calls_of_the_network(opened: Opened, request_: GenerationRequest, kind: str) -> None:
    assert calls_of(opened(kind), seeds(request_, 3)) == calls_of(opened(kind), seeds(request_, 1))


CHANGES: dict[str, dict[str, Any]] = {
    "a seed": {"seed": 8},
    "a strength": {"strength": 0.5},
    "a strength within the same step": {"strength": 0.45},
    "no image": {"image": None},
    "a size": {"image": None, "size": (96, 64)},
    "a scale": {"cfg_scale": 1.0},
    "a sampler": {"sampler": "Heun"},
    "the steps": {"steps": 6},
    "a longer prompt": {"prompt": PromptFrame("a very long prompt of many words " * 3, "")},
    "AND": {"prompt": PromptFrame("a cat AND a dog :0.5", "red")},
    "an edit": {"prompt": PromptFrame("a [cat:dog:0.5]", "red")},
    "a mask": {"mask": torch.ones(1, 64, 64).tril()},
    "a revealed area": {"revealed": torch.ones(1, 64, 64).tril(), "revealed_strength": 0.1},
    "a rescaled guidance": {"guidance": GuidanceTuning(rescale=0.7)},
}


@pytest.mark.parametrize("kind", ["z-image", "flux", "sd3", "qwen-image"])
def test_each_is_as_its_own_request_asks(opened: Opened, request_: GenerationRequest, kind: str) -> None:
    check_alike(opened(kind), [request_, *(replace(request_, **change) for change in CHANGES.values())])


def test_each_has_the_lora_files_of_its_own_prompt(
    folder_of: Folder, request_: GenerationRequest, tmp_path: Path
) -> None:
    diffuser = open_stable(str(folder_of("z-image")), CPU, LoadOptions())
    engine = diffuser.engine()
    assert isinstance(engine, FlowEngine)
    made = flow_lora_files.factors(engine.transformer, "z-image", original=False)
    lora = flow_lora_files.dotted(made, tmp_path / "ink.safetensors", "transformer.")
    tags = ("", f" <lora:{lora}:0.9>", f" <lora:{lora}:0.4>", "")
    requests = [replace(request_, prompt=PromptFrame(f"a cat{tag}", "")) for tag in tags]
    first, second, *_ = check_alike(diffuser, requests)
    assert float((first - second).abs().max()) > 10 * TOLERANCE


def test_low_memory_makes_one_after_the_other(folder_of: Folder, request_: GenerationRequest) -> None:
    diffuser = open_stable(str(folder_of("z-image")), CPU, LoadOptions(memory="low"))
    assert calls_of(diffuser, seeds(request_, 3)) == 3 * calls_of(diffuser, seeds(request_, 1))
