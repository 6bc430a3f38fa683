"""Single images of flow-matching models: progress, other VAEs, latents that begin a second pass."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch

from animator import generate
from animator.errors import ModelError, PresetError
from animator.generation.preflight import check_images
from animator.generation.progress import GenerationStep
from animator.models.diffusion.checkpoints.config_file import read_config
from animator.models.diffusion.checkpoints.flow_families import FLOW_FAMILIES
from animator.models.diffusion.checkpoints.latent_shape import shape_of_config
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.stable import StableDiffuser
from animator.models.torchvision_ops import declare_missing_ops
from animator.runs.preflight.check_film import check_animation
from animator.settings import Animation
from animator.settings.raw import RawPreset
from tests.animator.models.diffusion import tiny_models
from tests.fakes import Make
from tests.opened import open_stable

Folder = Callable[[str], Path]
CPU = torch.device("cpu")
UNLIKE_TINY = ("flux2", "flux2-klein", "sana")
"""Families whose latents no AutoencoderTiny makes."""


@pytest.mark.parametrize("kind", ["z-image", "flux"])
def test_progress_counts_the_steps_that_run(
    opened: Callable[[str], StableDiffuser], tmp_path: Path, kind: str
) -> None:
    seen: list[GenerationStep] = []
    cv2.imwrite(str(tmp_path / "black.png"), np.zeros((64, 64, 3), np.uint8))
    generate(
        "a lake",
        diffuser=opened(kind),
        size=64,
        steps=4,
        sampler="Euler",
        # Begins in the middle of the third step.
        init={"image": str(tmp_path / "black.png"), "strength": 0.6},
        observer=seen.append,
    )
    assert [step.progress for step in seen] == [0.5, 1.0]


def with_vae(folder: Path, vae: Path) -> StableDiffuser:
    return open_stable(str(folder), CPU, LoadOptions(Library((folder.parent,)), vae=str(vae)))


def write_vae(folder: Path, channels: int) -> Path:
    """A small VAE with latents of so many channels."""
    declare_missing_ops()
    from diffusers import AutoencoderTiny

    widths = (8, 8, 8, 8)
    made = AutoencoderTiny(
        encoder_block_out_channels=widths,
        decoder_block_out_channels=widths,
        latent_channels=channels,
        num_encoder_blocks=(1, 1, 1, 1),
        num_decoder_blocks=(1, 1, 1, 1),
    )
    tiny_models.stir(made, 0)
    made.save_pretrained(folder)
    return folder


@pytest.mark.parametrize("kind", FLOW_FAMILIES)
def test_a_vae_of_the_models_own_kind_replaces_its_own(
    folder_of: Folder, opened: Callable[[str], StableDiffuser], request_: GenerationRequest, kind: str
) -> None:
    drawn = with_vae(folder_of(kind), folder_of(kind) / "vae").generate(request_)
    assert torch.equal(drawn, opened(kind).generate(request_))


@pytest.mark.parametrize("kind", [kind for kind in FLOW_FAMILIES if kind not in UNLIKE_TINY])
def test_a_small_vae_replaces_the_models_own(
    folder_of: Folder, request_: GenerationRequest, tmp_path: Path, kind: str
) -> None:
    config = tiny_models.pipeline(kind).vae.config
    channels = config.get("latent_channels") or config["z_dim"]
    drawn = with_vae(folder_of(kind), write_vae(tmp_path / "small", channels)).generate(request_)
    assert drawn.shape == (3, 64, 64) and float(drawn.std()) > 0


@pytest.mark.parametrize("kind", [*FLOW_FAMILIES, "sd1"])
def test_a_vae_of_other_latents_is_refused_in_words(folder_of: Folder, tmp_path: Path, kind: str) -> None:
    with pytest.raises(ModelError, match=r"have 7 channels and 1/8 .*; this model takes \d+ channels"):
        with_vae(folder_of(kind), write_vae(tmp_path / "wrong", 7))


def test_a_vae_that_shrinks_less_is_refused(folder_of: Folder, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"4 channels and 1/8 .* takes 4 channels and 1/32"):
        with_vae(folder_of("sana"), write_vae(tmp_path / "small", 4))


def problems_of(film: Animation) -> list[str]:
    try:
        check_animation(film)
    except PresetError as error:
        return [f"{problem.path}: {problem.message}" for problem in error.problems]
    return []


@pytest.mark.parametrize("kind", [*FLOW_FAMILIES, "sd1", "sdxl"])
def test_a_check_refuses_a_vae_of_other_latents(
    folder_of: Folder, make_animation: Make, tmp_path: Path, kind: str
) -> None:
    wrong, own = write_vae(tmp_path / "wrong", 7), folder_of(kind) / "vae"
    given: dict[str, Any] = {"model": str(folder_of(kind))}
    still = {"sampler": "Euler", "seed": 7}
    assert problems_of(make_animation(**given, diffusion={**still, "vae": str(own)})) == []
    (problem,) = problems_of(make_animation(**given, diffusion={**still, "vae": str(wrong)}))
    assert problem.startswith("diffusion.vae: ") and "its latents have 7 channels and 1/8" in problem
    assert f"those of the model {folder_of(kind)} have " in problem
    with pytest.raises(PresetError, match=r"vae: .* its latents have 7 channels"):
        check_images(RawPreset("image", {**given, "sampler": "Euler", "vae": str(wrong)}, {}))


@pytest.mark.parametrize(
    ("kind", "other", "channels"), [("qwen-image", "sd1", 4), ("sd1", "flux2", 16), ("flux", "flux2", 16)]
)
def test_a_check_reads_the_channels_of_a_vae_in_a_file(
    folder_of: Folder, make_animation: Make, tmp_path: Path, kind: str, other: str, channels: int
) -> None:
    vae = tmp_path / "other.safetensors"
    vae.write_bytes(next((folder_of(other) / "vae").glob("*.safetensors")).read_bytes())
    diffusion = {"sampler": "Euler", "seed": 7, "vae": str(vae)}
    found = problems_of(make_animation(model=str(folder_of(kind)), diffusion=diffusion))
    own = shape_of_config(read_config(folder_of(kind) / "vae" / "config.json")).channels
    assert [f"its latents have {channels} channels; " in one for one in found] == [True] * (own != channels)
