"""IP-Adapters: every variant against diffusers' own pipeline; weights, steps, masks, several images."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor

from animator.images.image import read_image
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.image_prompt import AdapterName, ImagePrompt
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.stable import StableDiffuser
from schedules import PromptFrame
from tests.animator.models.diffusion import adapter_files, controlnet_files, tiny_models
from tests.opened import open_stable

CPU = torch.device("cpu")
Folder = Callable[[str], Path]
Generate = Callable[..., Tensor]
VARIANTS = ("plain", "plus", "full-face")


@pytest.fixture(scope="module")
def adapters(models: Path) -> Path:
    """A folder of adapters: for each kind of model its own folder, and the encoder beside."""
    folder = models / "adapters"
    for kind in ("sd1", "sdxl"):
        unet = tiny_models.pipeline(kind).unet
        for variant in VARIANTS:
            adapter_files.write(variant, unet, folder / f"{kind}-{variant}.safetensors")
    adapter_files.encoder_folder(folder / "image_encoder")
    controlnet_files.folder(controlnet_files.net("sd1"), folder / "net")
    return folder


@pytest.fixture(scope="module")
def diffuser_of(folder_of: Folder, adapters: Path) -> Callable[[str], StableDiffuser]:
    @lru_cache
    def open_kind(kind: str) -> StableDiffuser:
        return open_stable(str(folder_of(kind)), CPU, LoadOptions(Library((adapters,))))

    return open_kind


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two images, the second of which is not square."""
    folder = tmp_path_factory.mktemp("photos")
    made = []
    for number, size in enumerate([(48, 48), (64, 40)]):
        pixels = torch.rand((size[1], size[0], 3), generator=torch.Generator().manual_seed(number))
        made.append(folder / f"{number}.png")
        Image.fromarray(pixels.mul(255).byte().numpy()).save(made[-1])
    return made[0], made[1]


@pytest.fixture(scope="module")
def images(photos: tuple[Path, Path]) -> tuple[Tensor, Tensor]:
    first, second = (read_image(str(path), None, CPU) for path in photos)
    return first, second


@pytest.fixture
def generate(diffuser_of: Callable[[str], StableDiffuser], request_: GenerationRequest) -> Generate:
    """Generates with image prompts, and with a changed request if given."""

    def generated(*prompts: ImagePrompt, kind: str = "sd1", **changes: Any) -> Tensor:
        return diffuser_of(kind).generate(replace(request_, image_prompts=prompts, **changes))

    return generated


def adapter(variant: str = "plain", kind: str = "sd1") -> AdapterName:
    return AdapterName(f"{kind}-{variant}")


def apart(one: Tensor, other: Tensor) -> float:
    return float((one - other).abs().mean())


@pytest.mark.parametrize("kind", ["sd1", "sdxl"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_the_image_is_that_of_diffusers_pipeline(
    diffuser_of: Callable[[str], StableDiffuser],
    adapters: Path,
    folder_of: Folder,
    request_: GenerationRequest,
    photos: tuple[Path, Path],
    images: tuple[Tensor, Tensor],
    kind: str,
    variant: str,
) -> None:
    """Image to image with two adapters, the first of which has two images."""
    import diffusers

    pipelines = {
        "sd1": diffusers.StableDiffusionImg2ImgPipeline,
        "sdxl": diffusers.StableDiffusionXLImg2ImgPipeline,
    }
    more = {"safety_checker": None} if kind == "sd1" else {"add_watermarker": False}
    pipeline = pipelines[kind].from_pretrained(str(folder_of(kind)), **more)
    pipeline.set_progress_bar_config(disable=True)
    pipeline.scheduler = diffusers.EulerDiscreteScheduler.from_config(
        pipeline.scheduler.config, timestep_spacing="linspace"
    )
    names = [f"{kind}-{variant}.safetensors", f"{kind}-plain.safetensors"]
    pipeline.load_ip_adapter(
        str(adapters), subfolder="", weight_name=names, image_encoder_folder="image_encoder"
    )
    pipeline.set_ip_adapter_scale([0.8, 0.5])
    pictures = [Image.open(path) for path in photos]
    generator = torch.Generator().manual_seed(request_.seed)
    assert request_.image is not None
    # The mean of the posterior, as ours; its own sampling would need the noise of another place.
    pipeline.vae.encode = _mean_of(pipeline.vae.encode)
    expected = pipeline(
        prompt="a red cat",
        negative_prompt="blurry",
        image=request_.image[None],
        ip_adapter_image=[pictures, pictures[0]],
        num_inference_steps=6,
        strength=0.5,
        guidance_scale=4.0,
        generator=generator,
        output_type="pt",
    ).images[0]
    asked = replace(
        request_,
        prompt=PromptFrame("a red cat", "blurry"),
        steps=6,
        strength=0.5,
        cfg_scale=4.0,
        sampler="Euler Uniform",
        image_prompts=(
            ImagePrompt(adapter(variant, kind), images, 0.8),
            ImagePrompt(adapter("plain", kind), images[:1], 0.5),
        ),
    )
    generated = diffuser_of(kind).generate(asked)
    assert torch.allclose(generated.clamp(0, 1), expected, atol=1e-3)
    assert apart(diffuser_of(kind).generate(replace(asked, image_prompts=())), generated) > 5e-3


def _mean_of(encode: Callable[..., Any]) -> Callable[..., Any]:
    def encoded(*args: Any, **more: Any) -> Any:
        out = encode(*args, **more)
        out.latent_dist.sample = lambda *_: out.latent_dist.mean
        return out

    return encoded
