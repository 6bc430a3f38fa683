"""Tiny adapters with their encoder, and images to follow."""

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
from animator.models.diffusion.image_prompt import ImagePrompt
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.stable import StableDiffuser
from tests.animator.models.diffusion import adapter_files, controlnet_files, tiny_models
from tests.opened import open_stable

CPU = torch.device("cpu")
Folder = Callable[[str], Path]
Generate = Callable[..., Tensor]


@pytest.fixture(scope="session")
def adapters(models: Path) -> Path:
    """A folder of adapters: for each kind of model its own folder, and the encoder beside."""
    folder = models / "adapters"
    for kind in ("sd1", "sdxl"):
        unet = tiny_models.pipeline(kind).unet
        for variant in ("plain", "plus", "full-face"):
            adapter_files.write(variant, unet, folder / f"{kind}-{variant}.safetensors")
    adapter_files.encoder_folder(folder / "image_encoder")
    controlnet_files.folder(controlnet_files.net("sd1"), folder / "net")
    return folder


@pytest.fixture(scope="session")
def diffuser_of(folder_of: Folder, adapters: Path) -> Callable[[str], StableDiffuser]:
    @lru_cache
    def open_kind(kind: str) -> StableDiffuser:
        return open_stable(str(folder_of(kind)), CPU, LoadOptions(Library((adapters,))))

    return open_kind


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two images, the second of which is not square."""
    folder = tmp_path_factory.mktemp("photos")
    made = []
    for number, size in enumerate([(48, 48), (64, 40)]):
        pixels = torch.rand((size[1], size[0], 3), generator=torch.Generator().manual_seed(number))
        made.append(folder / f"{number}.png")
        Image.fromarray(pixels.mul(255).byte().numpy()).save(made[-1])
    return made[0], made[1]


@pytest.fixture(scope="session")
def images(photos: tuple[Path, Path]) -> tuple[Tensor, Tensor]:
    first, second = (read_image(str(path), None, CPU) for path in photos)
    return first, second


@pytest.fixture
def generate(diffuser_of: Callable[[str], StableDiffuser], request_: GenerationRequest) -> Generate:
    """Generates with image prompts, and with a changed request if given."""

    def generated(*prompts: ImagePrompt, kind: str = "sd1", **changes: Any) -> Tensor:
        return diffuser_of(kind).generate(replace(request_, image_prompts=prompts, **changes))

    return generated
