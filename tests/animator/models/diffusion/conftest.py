"""Tiny models, written once per worker."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import pytest
import torch

from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.stable import StableDiffuser
from schedules import PromptFrame
from tests.animator.models.diffusion import controlnet_files, tiny_models
from tests.opened import open_stable

CPU = torch.device("cpu")
Folder = Callable[[str], Path]


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for models, with an empty library in it."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def folder_of(models: Path) -> Folder:
    """The diffusers folder of a kind of tiny model."""

    @lru_cache
    def write(kind: str) -> Path:
        return tiny_models.write_folder(kind, models / "folders" / kind)

    return write


@pytest.fixture(scope="session")
def file_of(models: Path, folder_of: Folder) -> Folder:
    """The single file of a kind of tiny model: the same weights as the folder's."""

    @lru_cache
    def write(kind: str) -> Path:
        (models / "files").mkdir(exist_ok=True)
        return tiny_models.write_file(kind, models / "files" / f"{kind}.safetensors")

    return write


@pytest.fixture(scope="session")
def opened(folder_of: Folder, models: Path) -> Callable[[str], StableDiffuser]:
    """The diffuser of a kind of tiny model."""

    @lru_cache
    def open_kind(kind: str) -> StableDiffuser:
        return open_stable(str(folder_of(kind)), CPU, LoadOptions(Library((models / "library",))))

    return open_kind


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Bits do not depend on how many cores the machine has."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def request_() -> GenerationRequest:
    """A small request with an init image."""
    generator = torch.Generator().manual_seed(5)
    return GenerationRequest(
        frame=0,
        size=(64, 64),
        image=torch.rand((3, 64, 64), generator=generator),
        prompt=PromptFrame("a red cat on a mat", "blurry"),
        strength=0.4,
        steps=5,
        cfg_scale=4.0,
        sampler="Euler",
        seed=3,
    )


@pytest.fixture(scope="session")
def nets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """ControlNets for the tiny sd1 and sdxl."""
    place = tmp_path_factory.mktemp("nets")
    for kind in ("sd1", "sdxl"):
        made = controlnet_files.net(kind)
        controlnet_files.folder(made, place / f"{kind}-folder")
        controlnet_files.file(made, place / f"{kind}-file.safetensors")
        controlnet_files.original(made, place / f"{kind}-original.safetensors")
    made = controlnet_files.net("sd1")
    controlnet_files.original(made, place / "sd1-bare.safetensors", prefix="")
    torch.save(made.state_dict(), place / "sd1-pickled.pth")
    controlnet_files.file(controlnet_files.net("sd1", seed=5), place / "other.safetensors")
    small = controlnet_files.net(
        "sdxl",
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
        addition_embed_type=None,
        mid_block_type="UNetMidBlock2D",
    )
    controlnet_files.file(small, place / "sdxl-small.safetensors")
    return place
