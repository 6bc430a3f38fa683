"""Precision of models: that of a device, bfloat16 for all or for the VAE, and the fastest one measured."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
import torch

from animator.models.diffusion import load_options, measured_precision, precision
from animator.models.diffusion.checkpoints.find import find_checkpoint
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.flow_matching.engine import FlowEngine
from animator.models.diffusion.load_options import LoadOptions, Precision
from animator.models.diffusion.load_pipeline import load_pipeline
from animator.models.diffusion.measured_precision import Cost, choose, fastest_precision
from animator.models.diffusion.precision import load_dtype, usual_precision
from animator.models.diffusion.request import Control, GenerationRequest
from animator.models.diffusion.stable import StableDiffuser
from animator.models.diffusion.unet_engine import UNetEngine
from animator.models.diffusion.unet_model import UNetModel
from schedules import PromptFrame
from tests.animator.models.diffusion import hypernetwork_files, lora_files, tiny_models
from tests.opened import open_stable

CPU, CUDA = torch.device("cpu"), torch.device("cuda")
Opened = Callable[[str], StableDiffuser]
Folder = Callable[[str], Path]


def dtypes(diffuser: StableDiffuser) -> dict[str, torch.dtype]:
    engine = diffuser.engine()
    assert isinstance(engine, UNetEngine)
    return {name: part.dtype for name, part in engine.model.parts.items()}


@pytest.mark.parametrize(
    ("asked", "device", "is_transformer", "usual", "loaded"),
    [
        ("auto", CPU, False, "fp32", torch.float32),
        ("auto", CPU, True, "fp32", torch.float32),
        ("auto", CUDA, False, "fp16", torch.float16),
        ("auto", CUDA, True, "bf16", torch.bfloat16),
        ("fp16", CPU, False, "fp32", torch.float32),
        ("fp32", CUDA, False, "fp32", torch.float32),
        ("bf16", CUDA, False, "bf16", torch.bfloat16),
        ("bf16", CPU, False, "bf16", torch.float32),  # converted once it is prepared
        ("bf16", CPU, True, "bf16", torch.bfloat16),
        ("vae-bf16", CPU, True, "vae-bf16", torch.float32),
        ("vae-bf16", CUDA, False, "vae-bf16", torch.float16),
    ],
)
def test_each_device_has_its_usual_precision(
    asked: Precision, device: torch.device, *, is_transformer: bool, usual: str, loaded: torch.dtype
) -> None:
    assert usual_precision(asked, device, is_transformer=is_transformer) == usual
    assert load_dtype(asked, device, is_transformer=is_transformer) == loaded


@pytest.mark.parametrize("kind", ["sd1", "sdxl", "sd3", "flux"])
def test_models_of_gpus_are_loaded_in_half_precision(folder_of: Folder, kind: str) -> None:
    checkpoint = find_checkpoint(str(folder_of(kind)), Library())
    pipeline = load_pipeline(checkpoint, LoadOptions(), CUDA)
    half = torch.bfloat16 if kind in ("sd3", "flux") else torch.float16
    parts = [part for part in pipeline.components.values() if isinstance(part, torch.nn.Module)]
    assert {tensor.dtype for part in parts for tensor in part.parameters()} == {half}


@pytest.mark.parametrize("kind", ["sd1", "sdxl"])
@pytest.mark.parametrize("asked", ["bf16", "vae-bf16"])
def test_bfloat16_generates_nearly_the_same(
    folder_of: Folder, opened: Opened, request_: GenerationRequest, kind: str, asked: Precision
) -> None:
    diffuser = open_stable(str(folder_of(kind)), CPU, LoadOptions(precision=asked))
    used = dtypes(diffuser)
    assert diffuser.precision == asked and used["vae"] == torch.bfloat16
    assert used["unet"] == (torch.bfloat16 if asked == "bf16" else torch.float32)
    assert used["text_encoder"] == torch.float32
    image = diffuser.generate(request_)
    assert image.dtype == torch.float32
    error = (image - opened(kind).generate(request_)).abs()
    assert 0 < float(error.mean()) < 0.02


@pytest.mark.parametrize("kind", ["sd3", "flux"])
@pytest.mark.parametrize("asked", ["bf16", "vae-bf16"])
def test_transformers_generate_nearly_the_same_in_bfloat16(
    folder_of: Folder, opened: Opened, request_: GenerationRequest, kind: str, asked: Precision
) -> None:
    diffuser = open_stable(str(folder_of(kind)), CPU, LoadOptions(precision=asked))
    engine = diffuser.engine()
    assert isinstance(engine, FlowEngine) and diffuser.precision == asked
    assert engine.autoencoder.model.dtype == torch.bfloat16
    assert engine.transformer.dtype == (torch.bfloat16 if asked == "bf16" else torch.float32)
    error = (diffuser.generate(request_) - opened(kind).generate(request_)).abs()
    assert 0 < float(error.mean()) < 0.05


def test_what_films_add_to_a_model_works_in_bfloat16(
    folder_of: Folder, nets: Path, tmp_path: Path, request_: GenerationRequest
) -> None:
    lora_files.kohya(lora_files.factors(tiny_models.pipeline("sd1")), tmp_path / "ink.safetensors", 4)
    (tmp_path / "hypernetworks").mkdir()
    hypernetwork_files.safetensors(
        {width: hypernetwork_files.pair(width) for width in (24,)},
        tmp_path / "hypernetworks" / "glow.safetensors",
    )
    library = Library((tmp_path, nets))
    asked = replace(
        request_,
        prompt=PromptFrame("a cat <lora:ink:0.8> <hypernet:glow:0.5>", "blurry"),
        controls=(Control(0.7, model="sd1-folder", image=torch.full((3, 64, 64), 0.5)),),
        mask=torch.ones(1, 64, 64),
    )
    images = [
        open_stable(str(folder_of("sd1")), CPU, LoadOptions(library, precision=asked_for)).generate(asked)
        for asked_for in ("fp32", "bf16")
    ]
    assert 0 < float((images[0] - images[1]).abs().mean()) < 0.02


@pytest.mark.parametrize(
    ("vae", "unet", "chosen"),
    [
        (Cost(10, 5), Cost(10, 5), "bf16"),
        (Cost(10, 10), Cost(10, 10), "fp32"),
        (Cost(10, 20), Cost(10, 20), "fp32"),
        (Cost(60, 30), Cost(30, 29), "vae-bf16"),
        (Cost(60, 30), Cost(30, 60), "vae-bf16"),
        (Cost(10, 20), Cost(60, 20), "bf16"),
        (Cost(18, 11), Cost(24, 29), "fp32"),
    ],
)
def test_bfloat16_is_chosen_where_a_frame_is_clearly_faster(vae: Cost, unet: Cost, chosen: str) -> None:
    assert choose(vae, unet) == chosen


class Ticking:
    """A clock by which each call of a network takes a given time, another one in bfloat16."""

    def __init__(self, model: UNetModel, fp32_s: float, bf16_s: float) -> None:
        self.now = 0.0
        self.calls = 0
        self._seconds = {torch.float32: fp32_s, torch.bfloat16: bf16_s}
        for network in (model.unet, model.autoencoder.model.decoder):
            network.register_forward_hook(self._take)

    def __call__(self) -> float:
        return self.now

    def _take(self, network: torch.nn.Module, *_: object) -> None:
        self.now += self._seconds[next(network.parameters()).dtype]
        self.calls += 1


@pytest.mark.parametrize("kind", ["sd1", "sdxl"])
@pytest.mark.parametrize(("fp32_s", "bf16_s", "chosen"), [(0.2, 0.1, "bf16"), (0.2, 0.3, "fp32")])
def test_a_measurement_leaves_the_weights_as_they_are(
    kind: str, fp32_s: float, bf16_s: float, chosen: str
) -> None:
    model = UNetModel.of(kind, tiny_models.pipeline(kind))
    before = {name: tensor.clone() for name, tensor in model.unet.state_dict().items()}
    clock = Ticking(model, fp32_s, bf16_s)
    assert fastest_precision(model, (64, 48), clock) == chosen
    assert clock.calls == 2 * 2 * measured_precision.ROUNDS
    after = model.unet.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert model.autoencoder.model.dtype == torch.float32


def test_networks_that_take_long_are_measured_once() -> None:
    model = UNetModel.of("sd1", tiny_models.pipeline("sd1"))
    clock = Ticking(model, 30.0, 20.0)
    assert fastest_precision(model, (64, 64), clock) == "bf16" and clock.calls == 4


@pytest.fixture
def measurements(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Has every measurement on this CPU find bfloat16 fastest; the sizes that were measured."""
    measured: list[tuple[int, int]] = []

    def find(model: UNetModel, size: tuple[int, int]) -> Precision:
        measured.append(size)
        return "bf16"

    monkeypatch.setattr(precision, "fastest_precision", find)
    monkeypatch.setattr(load_options, "has_bfloat16", lambda: True)
    return measured


def test_a_measured_precision_has_the_same_bits_as_one_that_is_asked_for(
    folder_of: Folder, request_: GenerationRequest, measurements: list[tuple[int, int]]
) -> None:
    model = str(folder_of("sd1"))
    measured = open_stable(model, CPU, LoadOptions(measured_at=(512, 512)))
    asked = open_stable(model, CPU, LoadOptions(precision="bf16"))
    assert measured.precision == asked.precision == "bf16" and measurements == [(512, 512)]
    assert torch.equal(measured.generate(request_), asked.generate(request_))


def test_all_checkpoints_of_a_film_have_the_precision_of_its_model(
    folder_of: Folder, request_: GenerationRequest, measurements: list[tuple[int, int]]
) -> None:
    diffuser = open_stable(str(folder_of("sd1")), CPU, LoadOptions(measured_at=(512, 512)))
    diffuser.generate(replace(request_, checkpoint=str(folder_of("sdxl"))))
    other = diffuser._models.load(str(folder_of("sdxl")))
    assert other.precision == "bf16" and len(measurements) == 1


@pytest.mark.parametrize("options", [LoadOptions(), LoadOptions(precision="fp32", measured_at=(512, 512))])
def test_nothing_is_measured_unless_it_is_left_open(
    folder_of: Folder, measurements: list[tuple[int, int]], options: LoadOptions
) -> None:
    assert open_stable(str(folder_of("sd1")), CPU, options).precision == "fp32" and not measurements


def test_sizes_part_models_only_where_they_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    small, large = LoadOptions(measured_at=(256, 256)), LoadOptions(measured_at=(512, 512))
    answers = count()
    monkeypatch.setattr(load_options, "has_bfloat16", lambda: next(answers) < 2)
    assert small.on(CPU) != large.on(CPU)
    assert small.on(CPU) == large.on(CPU) == LoadOptions() == small.on(CUDA)


def test_a_cpu_that_imitates_bfloat16_is_warned_of(
    folder_of: Folder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(precision, "has_bfloat16", lambda: False)
    open_stable(str(folder_of("sd1")), CPU, LoadOptions(precision="fp32"))
    assert not caplog.messages
    open_stable(str(folder_of("sd1")), CPU, LoadOptions(precision="vae-bf16"))
    (message,) = caplog.messages
    assert message.startswith("diffusion.precision: vae-bf16 on a CPU without AMX or AVX512-BF16")
