"""LoRA files whose tensors make no change of a layer, or with layers that no model has."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.lora_keys import split_key
from animator.models.diffusion.lora.apply import LoraLayers

UP, DOWN = torch.ones(4, 2), torch.ones(2, 4)


@pytest.mark.parametrize(
    "tensors",
    [
        {"lora_up.weight": UP},
        {"lora_up.weight": UP, "lora_down.weight": torch.ones(3, 4)},
        {
            "lora_up.weight": torch.ones(4, 0),
            "lora_down.weight": torch.ones(0, 4),
            "alpha": torch.tensor(1.0),
        },
        {"lora_up.weight": UP, "lora_down.weight": DOWN, "alpha": torch.ones(2)},
        {"lora_up.weight": UP, "lora_down.weight": DOWN, "lora_mid.weight": torch.ones(2)},
        {"lora_up.weight": torch.tensor(1.0), "lora_down.weight": torch.tensor(1.0)},
        {"hada_w1_a": UP},
        {"lokr_w2_a": UP},
    ],
)
def test_a_lora_that_cannot_be_computed_is_broken(tensors: dict[str, Tensor], tmp_path: Path) -> None:
    path = tmp_path / "broken.safetensors"
    save_file({f"lora_unet_to_q.{role}": tensor for role, tensor in tensors.items()}, path)
    layers = LoraLayers("tiny", "sd1", {"unet": nn.ModuleDict({"to_q": nn.Linear(4, 4)})})
    with pytest.raises(
        ModelError, match=r"broken\.safetensors: this LoRA (is broken: its to_q has|does not fit)"
    ):
        layers.apply(((path, 1.0, 1.0),))


@pytest.mark.parametrize("number", ["3", "9", "9" * 5_000])
def test_a_middle_block_that_no_model_has_is_an_unknown_layer(number: str) -> None:
    path = f"middle_block_{number}_x"
    assert split_key(f"lora_unet_{path}.lora_up.weight") == ("unet", path, "up")
