"""Every kind of model loads from its real format, generates, and reacts to every setting."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from animator.errors import ModelError
from animator.models.diffusion.flow_matching.engine import FlowEngine
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.samplers.latent_noise import LatentNoise
from animator.models.diffusion.samplers.registry import METHODS
from animator.models.diffusion.stable import StableDiffuser, open_diffuser
from animator.models.diffusion.unet_engine import UNetEngine
from schedules import PromptFrame

CPU = torch.device("cpu")
OF_EACH_SORT = ("sd1", "sd2-v", "sdxl", "sd3", "flux")
"""One for every path through the code."""
NUMBERS_ONLY = ("sd2", "turbo", "sdxl-inpaint")
SLOW_FILES = ("sd2", "sdxl-inpaint")
TRANSFORMERS = ("sd3", "flux")
Opened = Callable[[str], StableDiffuser]
Folder = Callable[[str], Path]

CHANGES: dict[str, dict[str, Any]] = {
    "prompt": {"prompt": PromptFrame("a blue dog", "blurry")},
    "seed": {"seed": 4},
    "strength": {"strength": 0.8},
    "steps": {"steps": 9},
    "cfg_scale": {"cfg_scale": 7.0},
    "noise_multiplier": {"noise_multiplier": 1.1},
    "subseed_strength": {"subseed": 9, "subseed_strength": 0.4},
    "no image": {"image": None},
    "size": {"size": (72, 64), "image": torch.full((3, 64, 72), 0.5)},
}
UNET_CHANGES: dict[str, dict[str, Any]] = {
    "negative": {"prompt": PromptFrame("a red cat on a mat", "green, dark")},
    "emphasis": {"prompt": PromptFrame("a red (cat:1.5) on a mat", "blurry")},
    "AND": {"prompt": PromptFrame("a red cat on a mat AND a blue dog :0.6", "blurry")},
    "BREAK": {"prompt": PromptFrame("a red cat BREAK on a mat", "blurry")},
    "editing": {"prompt": PromptFrame("a red [cat:dog:0.5] on a mat", "blurry")},
    "long": {"prompt": PromptFrame("a red cat on a mat" + ", fine" * 60, "blurry")},
    "clip_skip": {"clip_skip": 3},
    "sampler": {"sampler": "DPM++ 2M Karras"},
    "ancestral sampler": {"sampler": "Euler a"},
    "tiling": {"tiling": True},
    "mask": {"mask": torch.ones(1, 64, 64).tril()},
    "fill with noise": {"mask": torch.ones(1, 64, 64).tril(), "fill": "latent noise"},
    "fill with nothing": {"mask": torch.ones(1, 64, 64).tril(), "fill": "latent nothing"},
    "colors": {"colors": torch.full((3, 64, 64), 0.3)},
}


def changed(diffuser: StableDiffuser, request: GenerationRequest, other: dict[str, Any]) -> float:
    """Returns how much a changed request changes the image."""
    first, second = diffuser.generate(request), diffuser.generate(replace(request, **other))
    if first.shape != second.shape:
        return 1.0
    return float((first - second).abs().mean())


@pytest.mark.parametrize(
    "kind",
    [*OF_EACH_SORT, "lcm", "sd1-inpaint", *(pytest.param(k, marks=pytest.mark.slow) for k in NUMBERS_ONLY)],
)
def test_images_are_finite_repeatable_and_of_the_requested_size(
    opened: Opened, request_: GenerationRequest, kind: str
) -> None:
    result = opened(kind).generate(request_)
    assert result.shape == (3, 64, 64) and result.dtype == torch.float32
    assert 0 <= float(result.min()) < float(result.max()) <= 1
    assert torch.equal(result, opened(kind).generate(request_))


@pytest.mark.parametrize("kind", OF_EACH_SORT)
def test_nothing_is_kept_for_gradients(opened: Opened, request_: GenerationRequest, kind: str) -> None:
    engine = opened(kind).engine()
    assert not any(image.requires_grad for image in engine.generate_batch([request_, request_]))


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("kind", OF_EACH_SORT)
def test_every_control_acts(opened: Opened, request_: GenerationRequest, kind: str, change: str) -> None:
    assert changed(opened(kind), request_, CHANGES[change]) > 1e-4


@pytest.mark.parametrize("change", ["negative", "AND", "cfg_scale"])
def test_controls_of_guidance_act_where_the_scale_is_an_input(
    opened: Opened, request_: GenerationRequest, change: str
) -> None:
    assert changed(opened("lcm"), request_, {**UNET_CHANGES, **CHANGES}[change]) > 1e-4


@pytest.mark.parametrize("change", UNET_CHANGES)
@pytest.mark.parametrize("kind", ["sd1", "sdxl"])
def test_every_control_of_u_nets_acts(
    opened: Opened, request_: GenerationRequest, kind: str, change: str
) -> None:
    assert changed(opened(kind), request_, UNET_CHANGES[change]) > 1e-4


@pytest.mark.parametrize("name", METHODS)
def test_every_sampler_generates_an_image_of_its_own(
    opened: Opened, request_: GenerationRequest, name: str
) -> None:
    asked = replace(request_, steps=12, sampler=name)
    result = opened("sd1").generate(asked)
    assert torch.equal(result, opened("sd1").generate(asked))
    if name != "Euler":
        assert float((result - opened("sd1").generate(replace(asked, sampler="Euler"))).abs().mean()) > 1e-4


@pytest.mark.parametrize("kind", ["sd1", "sdxl"])
def test_eta_acts_on_its_samplers_only(opened: Opened, request_: GenerationRequest, kind: str) -> None:
    for sampler, name in (("DDIM", "ddim_eta"), ("Euler a", "ancestral_eta"), ("DPM++ SDE", "ancestral_eta")):
        asked = replace(request_, sampler=sampler)
        assert changed(opened(kind), asked, {name: 0.5}) > 1e-4
    assert changed(opened(kind), replace(request_, sampler="DDIM"), {"ancestral_eta": 0.5}) == 0
    assert changed(opened(kind), request_, {"ancestral_eta": 0.5, "ddim_eta": 0.5}) == 0


@pytest.mark.parametrize("change", [{"tiling": True}, {"sampler": "Euler a"}, {"sampler": "Euler Karras"}])
@pytest.mark.parametrize("kind", TRANSFORMERS)
def test_transformers_refuse_what_they_cannot_do(
    opened: Opened, request_: GenerationRequest, kind: str, change: dict[str, Any]
) -> None:
    with pytest.raises(ModelError, match=r"does not support it|supports Euler"):
        opened(kind).generate(replace(request_, **change))


@pytest.mark.parametrize(
    "kind",
    ["sd1", "sd1-inpaint", "sd2-v", "sdxl", *(pytest.param(k, marks=pytest.mark.slow) for k in SLOW_FILES)],
)
def test_one_file_and_a_folder_of_the_same_weights_generate_the_same(
    opened: Opened, file_of: Folder, folder_of: Folder, request_: GenerationRequest, kind: str
) -> None:
    from_file = open_diffuser(str(file_of(kind)), CPU, LoadOptions(architecture=str(folder_of(kind))))
    assert torch.equal(from_file.generate(request_), opened(kind).generate(request_))
    asked = replace(request_, image=None, sampler="DPM++ 2M Karras")
    assert torch.equal(from_file.generate(asked), opened(kind).generate(asked))


@pytest.mark.parametrize("kind", ["sd1", "flux"])
@pytest.mark.parametrize("size", [(100, 52), (33, 77)])
@pytest.mark.parametrize("with_image", [True, False])
def test_any_size_is_generated(
    opened: Opened, request_: GenerationRequest, kind: str, size: tuple[int, int], with_image: bool
) -> None:
    width, height = size
    image = torch.full((3, height, width), 0.4) if with_image else None
    result = opened(kind).generate(replace(request_, size=size, image=image))
    assert result.shape == (3, height, width)


@pytest.mark.parametrize("kind", ["sd1", "lcm", "sd3", "flux"])
def test_the_steps_that_run_are_those_promised(
    opened: Opened, request_: GenerationRequest, kind: str
) -> None:
    diffuser = opened(kind)
    engine = diffuser.engine()
    assert isinstance(engine, UNetEngine | FlowEngine)
    model = engine.model.unet if isinstance(engine, UNetEngine) else engine.transformer
    calls: list[int] = []
    handle = model.register_forward_hook(lambda *_: calls.append(1))
    try:
        for steps, strength in ((20, 0.65), (10, 0.95), (4, 0.9), (1, 0.3), (7, 0.3), (2, 0.0)):
            asked = replace(request_, steps=steps, strength=strength, cfg_scale=1.0)
            calls.clear()
            diffuser.generate(asked)
            begun = math.ceil(steps - steps * strength - 1e-4)
            assert len(calls) == (begun if kind in TRANSFORMERS else asked.steps_run)
    finally:
        handle.remove()


@pytest.mark.parametrize("strength", [0.0, 0.4, 0.8])
@pytest.mark.parametrize("kind", TRANSFORMERS)
def test_transformers_begin_at_the_noise_that_their_pipeline_takes_off(
    opened: Opened, request_: GenerationRequest, monkeypatch: pytest.MonkeyPatch, kind: str, strength: float
) -> None:
    """A network that knows the noise gives the image back, from any starting sigma."""
    engine = opened(kind).engine()
    assert isinstance(engine, FlowEngine) and request_.image is not None
    coder = engine.autoencoder
    latent = coder.encode(request_.image)
    velocity = LatentNoise.of(request_.seed, tuple(latent.shape), CPU).draw() - latent
    if kind == "flux":
        from diffusers import FluxPipeline

        velocity = FluxPipeline._pack_latents(velocity, 1, *latent.shape[1:])
    answer = lambda **given: (velocity.expand(len(given["hidden_states"]), *velocity.shape[1:]),)  # noqa: E731
    monkeypatch.setattr(engine.transformer, "forward", answer)
    result = opened(kind).generate(replace(request_, strength=strength))
    expected = coder.decode(latent, request_.size).clamp(0, 1)
    assert torch.allclose(result, expected, atol=1e-3)


@pytest.mark.parametrize("kind", TRANSFORMERS)
def test_transformers_encode_a_text_once(opened: Opened, request_: GenerationRequest, kind: str) -> None:
    engine = opened(kind).engine()
    assert isinstance(engine, FlowEngine)
    calls: list[int] = []
    handle = engine.text_encoder.register_forward_hook(lambda *_: calls.append(1))
    asked = replace(request_, prompt=PromptFrame("a text of its own", "and another"))
    opened(kind).generate(asked)
    first = len(calls)
    opened(kind).generate(replace(asked, seed=9, strength=0.7))
    handle.remove()
    assert len(calls) == first > 0


def test_a_mask_keeps_what_it_covers(opened: Opened, request_: GenerationRequest) -> None:
    mask = torch.zeros(1, 64, 64)
    mask[:, :, 32:] = 1
    for kind in ("sd1", "sd1-inpaint"):
        result = opened(kind).generate(replace(request_, mask=mask))
        assert request_.image is not None
        assert torch.equal(result[:, :, :32], request_.image[:, :, :32])
        assert float((result[:, :, 32:] - request_.image[:, :, 32:]).abs().mean()) > 0.05


def test_a_tiling_image_has_no_edge(opened: Opened, request_: GenerationRequest) -> None:
    """Convolutions have circular padding only while a tiling image is generated."""
    engine = opened("sd1").engine()
    assert isinstance(engine, UNetEngine)
    before = [m.padding_mode for m in engine.model.unet.modules() if isinstance(m, torch.nn.Conv2d)]
    opened("sd1").generate(replace(request_, tiling=True))
    around = [m.padding_mode for m in engine.model.unet.modules() if isinstance(m, torch.nn.Conv2d)]
    opened("sd1").generate(request_)
    after = [m.padding_mode for m in engine.model.unet.modules() if isinstance(m, torch.nn.Conv2d)]
    assert set(around) == {"circular"} and before == after and set(after) == {"zeros"}


@pytest.mark.parametrize("kind", OF_EACH_SORT)
def test_prompts_that_morph_go_from_one_to_the_other(
    opened: Opened, request_: GenerationRequest, kind: str
) -> None:
    one, two = ("a red cat", "dull"), ("a blue dog at night", "dark")

    def at(weight: float) -> torch.Tensor:
        blend = ((*one, 1 - weight), (*two, weight))
        return opened(kind).generate(replace(request_, prompt=PromptFrame("ignored", "ignored", blend)))

    ends = [opened(kind).generate(replace(request_, prompt=PromptFrame(*texts))) for texts in (one, two)]
    assert torch.allclose(at(0.0), ends[0], atol=1e-4) and torch.allclose(at(1.0), ends[1], atol=1e-4)
    away = [float((at(w) - ends[0]).abs().mean()) for w in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert away == sorted(away) and away[1] > 1e-4


def test_a_zero_weight_of_a_prompt_joined_by_and_is_the_other_alone(
    opened: Opened, request_: GenerationRequest
) -> None:
    both = opened("sd1").generate(replace(request_, prompt=PromptFrame("a red cat AND a blue dog :0", "x")))
    one = opened("sd1").generate(replace(request_, prompt=PromptFrame("a red cat", "x")))
    assert torch.allclose(both, one, atol=1e-5)
