"""Options of a whole film: another VAE, low memory, compiled models."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
import torch

from animator.models.diffusion.denoiser import Denoiser
from animator.models.diffusion.flow_matching.engine import FlowEngine
from animator.models.diffusion.guidance import Guidance
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.prompts.encode import Conditioning
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.samplers.sigmas import NoiseSchedule
from animator.models.diffusion.stable import StableDiffuser
from animator.models.diffusion.unet_engine import UNetEngine
from schedules import PromptFrame
from tests.animator.models.diffusion import original_names, tiny_models
from tests.opened import open_stable

CPU = torch.device("cpu")
TRANSFORMERS = ("sd3", "flux")
Opened = Callable[[str], StableDiffuser]
Folder = Callable[[str], Path]


def test_another_vae_is_used(
    opened: Opened, folder_of: Folder, models: Path, request_: GenerationRequest
) -> None:
    usual = opened("sd1").generate(request_)
    other = tiny_models.pipeline("sd1", seed=8).vae
    other.save_pretrained(models / "other-vae")
    tensors = {
        k.removeprefix("first_stage_model."): v
        for k, v in original_names.vae_tensors(other.state_dict()).items()
    }
    from safetensors.torch import save_file

    save_file({k: v.contiguous() for k, v in tensors.items()}, models / "other-vae.safetensors")
    folder, file = (
        open_stable(
            str(folder_of("sd1")),
            CPU,
            LoadOptions(vae=str(models / name), architecture=str(folder_of("sd1"))),
        ).generate(request_)
        for name in ("other-vae", "other-vae.safetensors")
    )
    assert torch.equal(folder, file) and not torch.allclose(folder, usual, atol=1e-2)


def test_a_tiny_autoencoder_is_used(folder_of: Folder, models: Path, request_: GenerationRequest) -> None:
    from diffusers import AutoencoderTiny

    AutoencoderTiny(
        encoder_block_out_channels=(16,) * 4,
        decoder_block_out_channels=(16,) * 4,
        num_encoder_blocks=(1, 1, 1, 1),
        num_decoder_blocks=(1, 1, 1, 1),
    ).save_pretrained(models / "taesd")
    diffuser = open_stable(str(folder_of("sd1")), CPU, LoadOptions(vae=str(models / "taesd")))
    assert diffuser.generate(request_).shape == (3, 64, 64)


@pytest.mark.parametrize("kind", ["sdxl", *TRANSFORMERS])
def test_low_memory_generates_nearly_the_same(
    folder_of: Folder, request_: GenerationRequest, opened: Opened, kind: str
) -> None:
    low = open_stable(str(folder_of(kind)), CPU, LoadOptions(memory="low")).generate(request_)
    # One prompt at a time instead of two at once: other kernels, other last bits.
    assert torch.allclose(low, opened(kind).generate(request_), atol=1e-3)


@pytest.mark.parametrize(("kind", "memory"), [("sd1", "low"), ("sd3", "low"), ("sd3", "auto")])
def test_with_little_memory_text_encoders_stay_where_they_are(
    folder_of: Folder, kind: str, memory: Literal["low", "auto"]
) -> None:
    engine = open_stable(str(folder_of(kind)), CPU, LoadOptions(memory=memory)).engine()
    assert isinstance(engine, UNetEngine | FlowEngine)
    engine.to(torch.device("meta"))
    parts = engine.model.parts if isinstance(engine, UNetEngine) else engine.parts
    where = {name: next(part.parameters()).device.type for name, part in parts.items()}
    assert where.pop("text_encoder") == "cpu" and where.pop("vae") == "meta"
    assert where.pop("unet" if kind == "sd1" else "transformer") == "meta"


@pytest.mark.parametrize("rows_at_once", [1, 64])
def test_answers_are_copied_off_the_place_that_a_graph_writes_to(rows_at_once: int) -> None:
    """A CUDA graph gives the same tensor at every call; what was given before must not change."""
    place = torch.zeros(2, 4, 8, 8)
    calls: list[int] = []

    def replayed(sample: torch.Tensor, **_: object) -> tuple[torch.Tensor]:
        place[: len(sample)].copy_(sample + len(calls))
        return (place[: len(sample)],)

    condition = Conditioning(torch.zeros(1, 77, 8), None)
    guidance = Guidance.of([(condition, 1.0)], condition, 2.0, condition)
    denoiser = Denoiser(
        replayed,
        NoiseSchedule(torch.linspace(0.1, 10, 1000).double().numpy()),
        "sample",
        (guidance,),
        (1.0, 0.0),
        rows_at_once=rows_at_once,
        before_call=lambda: calls.append(1),
    )
    x = torch.ones(1, 4, 8, 8)
    first = denoiser(x, 1.0)
    kept = first.clone()
    denoiser(x * 5, 1.0)
    assert torch.equal(first, kept) and len(calls) == 2 * (2 // min(rows_at_once, 2))


@pytest.mark.slow
@pytest.mark.timeout(1200)  # compiling takes minutes on a CPU
def test_a_compiled_model_generates_nearly_the_same(
    folder_of: Folder, request_: GenerationRequest, opened: Opened
) -> None:
    compiled = open_stable(str(folder_of("sd1")), CPU, LoadOptions(speed="compiled"))
    for change in ({}, {"strength": 0.7}, {"cfg_scale": 2.0}, {"prompt": PromptFrame("x " * 90, "")}):
        asked = replace(request_, **change)
        assert torch.allclose(compiled.generate(asked), opened("sd1").generate(asked), atol=1e-3)


@pytest.mark.slow
@pytest.mark.timeout(600)  # tracing the model takes a minute on a busy CPU
def test_schedules_compile_nothing_again(
    folder_of: Folder, request_: GenerationRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only another size, number of prompts or length of prompts is compiled, once each."""
    compiled: list[str] = []

    def only_count(graph: torch.fx.GraphModule, _: object) -> Callable[..., object]:
        compiled.append("graph")
        return graph.forward

    compile_module = torch.nn.Module.compile

    def compile_by_counting(module: torch.nn.Module, *, dynamic: bool, mode: str) -> None:
        compile_module(module, backend=only_count, dynamic=dynamic)

    torch._dynamo.reset()
    monkeypatch.setattr(torch.nn.Module, "compile", compile_by_counting)
    diffuser = open_stable(str(folder_of("sd1")), CPU, LoadOptions(speed="compiled"))

    def compiles(**change: Any) -> int:
        compiled.clear()
        diffuser.generate(replace(request_, **change))
        return len(compiled)

    assert compiles() == 1
    for frame in range(1, 4):
        text = PromptFrame(f"a (red:{1 + frame / 10}) cat", "blurry")
        by_frame = {"strength": 0.4 + frame / 10, "cfg_scale": 2.0 + frame / 3, "steps": 5 + frame}
        assert compiles(frame=frame, seed=frame, prompt=text, sampler="Euler a", **by_frame) == 0
    long = PromptFrame("x " * 90, "")
    others: list[dict[str, Any]] = [{"cfg_scale": 1.0}, {"prompt": long}, {"size": (96, 64), "image": None}]
    assert [compiles(**other) for other in others] == [1, 1, 1]
    assert [compiles(**other) for other in others] == [0, 0, 0]
