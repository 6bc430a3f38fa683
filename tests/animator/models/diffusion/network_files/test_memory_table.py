"""The table of what fits in docs/models.md is computed from the networks' parameters, as it says."""

import re
from pathlib import Path

import pytest

from animator.models.torchvision_ops import declare_missing_ops

PAGE = Path(__file__).parents[5] / "docs" / "models.md"
BYTES = (2.0, 1.0, 34 / 32, 144 / 256)
CARDS, BESIDE = (8, 12, 16, 24), 2.5
ROWS = re.findall(r"^\| ([^|]+) \| ([\d.]+) billion \| (.+) \| [\d.]+ GB \|$", PAGE.read_text(), re.MULTILINE)
CLASSES = {
    "Flux": "FluxTransformer2DModel",
    "Flux.2": "Flux2Transformer2DModel",
    "Chroma": "ChromaTransformer2DModel",
    "Qwen-Image": "QwenImageTransformer2DModel",
    "Z-Image": "ZImageTransformer2DModel",
    "Krea 2": "Krea2Transformer2DModel",
    "Sana 1.6B": "SanaTransformer2DModel",
}
"""Classes of diffusers whose default sizes are those of the real networks."""


@pytest.mark.parametrize(("name", "billions", "cells"), ROWS)
def test_sizes_and_cards_follow_from_the_parameters(name: str, billions: str, cells: str) -> None:
    sizes = [float(billions) * each for each in BYTES]
    cards = [next((str(card) for card in CARDS if size + BESIDE <= card), "more") for size in sizes]
    expected = [f"{size:.1f} GB: {card}" for size, card in zip(sizes, cards, strict=True)]
    assert cells.split(" | ") == expected, name


@pytest.mark.parametrize("name", CLASSES)
def test_networks_have_the_parameters_of_the_table(name: str) -> None:
    declare_missing_ops()
    import diffusers
    from accelerate import init_empty_weights

    with init_empty_weights():
        network = getattr(diffusers, CLASSES[name])(**({"guidance_embeds": True} if name == "Flux" else {}))
    counted = sum(weight.numel() for weight in network.parameters()) / 1e9
    assert counted == pytest.approx(float({row[0]: row[1] for row in ROWS}[name]), rel=0.005)
