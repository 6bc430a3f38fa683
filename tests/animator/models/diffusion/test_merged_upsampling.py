"""The last layers of a tiny decoder, merged: the same image."""

import copy
from typing import Any, Literal

import pytest
import torch
from torch import nn

from animator.models.diffusion.merged_upsampling import MergedUpsampling, merge_last_layers
from animator.models.diffusion.stable import StableDiffuser
from animator.models.diffusion.unet_engine import UNetEngine
from animator.models.torchvision_ops import declare_missing_ops
from tests.opened import open_stable

Padding = Literal["zeros", "circular"]
PADDINGS: tuple[Padding, ...] = ("circular", "zeros")
SINGLE = 2e-5  # sums of some hundred products in another order, of numbers of about 1


def decoder(blocks: tuple[int, ...]) -> Any:
    """A decoder of diffusers, which has no types."""
    declare_missing_ops()
    from diffusers import AutoencoderTiny

    torch.manual_seed(3)
    widths = (16,) * len(blocks)
    made = AutoencoderTiny(
        encoder_block_out_channels=widths,
        decoder_block_out_channels=widths,
        num_encoder_blocks=(0,) * len(blocks),
        num_decoder_blocks=blocks,
    ).decoder
    return made.eval().requires_grad_(requires_grad=False)


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("size", [(2, 2), (3, 5), (8, 6)])
def test_it_decodes_the_same_image_up_to_its_corners(padding: Padding, size: tuple[int, int]) -> None:
    apart = decoder((1, 1, 0))
    for layer in apart.modules():
        if isinstance(layer, nn.Conv2d):
            layer.padding_mode = padding
    merged = copy.deepcopy(apart)
    merge_last_layers(merged)
    assert isinstance(merged.layers[-1], MergedUpsampling)
    latent = torch.randn(2, 4, *size)
    assert torch.allclose(merged(latent), apart(latent), atol=SINGLE)


def test_the_padding_can_be_changed_afterwards() -> None:
    """As `tiling` does, from frame to frame."""
    apart = decoder((1, 1, 0))
    merged = copy.deepcopy(apart)
    merge_last_layers(merged)
    latent = torch.randn(1, 4, 6, 6)
    for padding in PADDINGS:
        for layer in (*apart.modules(), *merged.modules()):
            if isinstance(layer, nn.Conv2d):
                layer.padding_mode = padding
        assert torch.allclose(merged(latent), apart(latent), atol=SINGLE)


def test_a_bias_before_the_second_convolution_counts() -> None:
    apart = nn.Sequential(
        nn.Upsample(scale_factor=2), nn.Conv2d(3, 5, 3, padding=1), nn.Conv2d(5, 2, 3, padding=1)
    )
    features = torch.randn(1, 3, 7, 4)
    assert torch.allclose(MergedUpsampling(*apart)(features), apart(features), atol=SINGLE)


def test_other_decoders_stay_as_they_are() -> None:
    """TAESD has a block with activations after its last upsampling."""
    other = decoder((1, 1, 1))
    layers = list(other.layers)
    merge_last_layers(other)
    assert list(other.layers) == layers


def test_merging_twice_is_merging_once() -> None:
    merged = decoder((1, 1, 0))
    merge_last_layers(merged)
    layers = list(merged.layers)
    merge_last_layers(merged)
    assert list(merged.layers) == layers


@torch.no_grad()
def test_the_built_in_model_uses_it() -> None:
    drawing = starter_decoder(open_stable("starter", torch.device("cpu")))
    merged = drawing.layers[-1]
    assert isinstance(merged, MergedUpsampling)
    latent = torch.randn(1, 4, 12, 10)
    apart = nn.Sequential(*drawing.layers[:-1], *merged.unmerged)
    assert torch.allclose(drawing.layers(latent), apart(latent), atol=SINGLE)


def starter_decoder(diffuser: StableDiffuser) -> Any:
    engine = diffuser.engine()
    assert isinstance(engine, UNetEngine)
    return engine.model.autoencoder.model.decoder
