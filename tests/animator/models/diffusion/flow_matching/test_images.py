"""Single images of flow-matching models: progress, other VAEs, latents that begin a second pass."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from animator import generate
from animator.errors import ModelError
from animator.generation.progress import GenerationStep
from animator.models.diffusion.checkpoints.flow_families import FLOW_FAMILIES
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.stable import StableDiffuser
from animator.models.torchvision_ops import declare_missing_ops
from tests.animator.models.diffusion import tiny_models
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
