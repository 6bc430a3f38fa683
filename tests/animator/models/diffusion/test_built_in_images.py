"""Images of the built-in model: the bits of diffusers' and transformers' classes, whatever is asked for."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import pytest
import torch
from torch import Tensor

from animator.models.diffusion import stable
from animator.models.diffusion.built_in.unet import UNet
from animator.models.diffusion.checkpoints.find import find_checkpoint
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.load_pipeline import load_pipeline
from animator.models.diffusion.request import Control, GenerationRequest
from animator.models.diffusion.stable import StableDiffuser
from animator.models.diffusion.tuning import DeepShrink, FreeU, GuidanceTuning
from animator.models.diffusion.unet_engine import UNetEngine
from schedules import PromptFrame
from tests.animator.models.diffusion import controlnet_files, hypernetwork_files, lora_files
from tests.opened import open_stable

CPU = torch.device("cpu")
WIDTHS = (96, 128, 144)
"""Widths of what the attention layers take: the two coarse stages, and the texts."""
BASE = GenerationRequest(
    frame=0,
    size=(128, 128),
    image=torch.rand((3, 128, 128), generator=torch.Generator().manual_seed(5)),
    prompt=PromptFrame("snowy mountains with a lake at sunset", "clouds, ((night:1.2))"),
    strength=0.4,
    steps=4,
    cfg_scale=3.0,
    sampler="DPM++ 2M",
    seed=3,
)
HALF = (torch.arange(128).expand(1, 128, 128) < 64).float()
CHANGES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "no image": {"image": None},
    "no guidance": {"cfg_scale": 1.0},
    "no negative prompt": {"prompt": PromptFrame("desert dunes", "")},
    "fresh noise": {"sampler": "Euler a"},
    "clip_skip": {"clip_skip": 2},
    "mask": {"mask": HALF},
    "mask, padded": {"mask": HALF, "mask_padding": 8},
    "tiling": {"tiling": "x"},
    "distilled guidance": {"guidance": GuidanceTuning(distilled=6.0)},
    "FreeU": {"freeu": FreeU()},
    "deep shrink": {"deep_shrink": DeepShrink(end=1.0)},
    "LoRA": {"prompt": PromptFrame("a lake <lora:ink:0.6>", "")},
    "hypernetwork": {"prompt": PromptFrame("a lake <hypernet:glow:0.5>", "")},
    "ControlNet": {"controls": (Control(0.7, model="edges", image=torch.full((3, 128, 128), 0.5)),)},
}
Opened = Callable[..., tuple[StableDiffuser, StableDiffuser]]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """A LoRA, a hypernetwork and a ControlNet for the built-in model."""
    place = tmp_path_factory.mktemp("library")
    pipeline = load_pipeline(find_checkpoint("starter"), LoadOptions(), CPU)
    lora_files.kohya(lora_files.factors(pipeline, convolutions=True), place / "ink.safetensors", 4)
    (place / "hypernetworks").mkdir()
    networks = {width: hypernetwork_files.pair(width) for width in WIDTHS}
    hypernetwork_files.safetensors(networks, place / "hypernetworks" / "glow.safetensors")
    controlnet_files.folder(controlnet_files.net_for(pipeline.unet), place / "edges")
    return Library((place,))


@pytest.fixture(scope="module")
def opened(library: Library) -> Opened:
    """The built-in model as it is opened, and by the libraries' classes."""

    @lru_cache
    def open_both(**options: Any) -> tuple[StableDiffuser, StableDiffuser]:
        asked = LoadOptions(library, **options)
        own = open_stable("starter", CPU, asked)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(stable, "loads_built_in", lambda *_: False)
            reference = open_stable("starter", CPU, asked)
        assert isinstance(_unet_of(own), UNet)
        assert type(_unet_of(reference)).__name__ == "UNet2DConditionModel"
        return own, reference

    return open_both


def _unet_of(diffuser: StableDiffuser) -> Any:
    engine = diffuser.engine()
    assert isinstance(engine, UNetEngine)
    return engine.model.unet


@pytest.fixture
def two_threads() -> Iterator[None]:
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(1)


def images(both: tuple[StableDiffuser, StableDiffuser], **changes: Any) -> list[Tensor]:
    return [diffuser.generate(replace(BASE, **changes)) for diffuser in both]


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_is_asked_for_has_the_same_bits(opened: Opened, change: str) -> None:
    both = opened(controlnets=("edges",))
    own, reference = images(both, **CHANGES[change])
    assert torch.equal(own, reference)
    plain, _ = images(both)
    assert torch.equal(own, plain) == (change == "nothing")


@pytest.mark.parametrize("size", [(256, 256), (136, 72)])
@pytest.mark.usefixtures("two_threads")
def test_two_threads_have_the_same_bits(opened: Opened, size: tuple[int, int]) -> None:
    assert torch.equal(*images(opened(), image=None, size=size))


@pytest.mark.parametrize("precision", ["bf16", "vae-bf16"])
def test_each_precision_has_the_same_bits(opened: Opened, precision: str) -> None:
    both = opened(precision=precision)
    assert torch.equal(*images(both))
    assert torch.equal(*images(both, freeu=FreeU()))


@pytest.mark.slow
@pytest.mark.timeout(1200)  # compiling takes minutes on a CPU
def test_a_compiled_model_generates_nearly_the_same(opened: Opened) -> None:
    compiled, eager = opened(speed="compiled")[0], opened()[0]
    fast, slow = images((compiled, eager))
    assert torch.allclose(fast, slow, atol=1e-3)


def test_batches_and_latents_have_the_same_bits(opened: Opened) -> None:
    requests = [replace(BASE, seed=seed) for seed in (1, 2)]
    own, reference = opened()
    for first, second in zip(own.generate_batch(requests), reference.generate_batch(requests), strict=True):
        assert torch.equal(first, second)
    assert torch.equal(own.generate_latent(BASE), reference.generate_latent(BASE))
