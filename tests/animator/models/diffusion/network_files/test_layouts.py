"""The layouts of the makers are those that diffusers' own converters read."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import torch
from torch import Tensor

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.flow_families import FLOW_FAMILIES
from animator.models.diffusion.checkpoints.layout_tables import LAYOUTS
from animator.models.diffusion.checkpoints.original_layouts import diffusers_names, network_prefix
from animator.models.diffusion.network_files.load import load_network
from animator.models.torchvision_ops import declare_missing_ops
from tests.animator.models.diffusion.network_files.single_files import original, write_each
from tests.animator.models.diffusion.tiny_models import pipeline

CONVERTERS = {
    "flux2": "convert_flux2_transformer_checkpoint_to_diffusers",
    "flux2-klein": "convert_flux2_transformer_checkpoint_to_diffusers",
    "z-image": "convert_z_image_transformer_checkpoint_to_diffusers",
    "krea2": "convert_krea2_transformer_checkpoint_to_diffusers",
    "sana": "convert_sana_transformer_to_diffusers",
    "sd3": "convert_sd3_transformer_checkpoint_to_diffusers",
}
"""Converters that take networks of any size."""
REAL_ROWS = {
    "flux": "convert_flux_transformer_checkpoint_to_diffusers",
    "chroma": "convert_chroma_transformer_checkpoint_to_diffusers",
    "lumina2": "convert_lumina2_to_diffusers",
}
"""Converters that count on the rows of the real network."""
WIDTH, LUMINA_ROWS = 3072, (2304, 768, 768)


def converted_by(name: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """What a converter of diffusers makes of tensors."""
    declare_missing_ops()
    from diffusers.loaders import single_file_utils

    converted: dict[str, Tensor] = getattr(single_file_utils, name)(checkpoint=dict(tensors), config={})
    return converted


@pytest.mark.parametrize("kind", CONVERTERS)
def test_a_layout_is_the_one_that_diffusers_converts(kind: str) -> None:
    network = pipeline(kind).transformer
    made = original(network, kind)
    if kind == "sana":
        made |= {"pos_embed": torch.zeros(1), "y_embedder.y_embedding": torch.zeros(1)}
    converted = converted_by(CONVERTERS[kind], made)
    expected = network.state_dict()
    assert converted.keys() == expected.keys()
    assert all(torch.equal(converted[name], tensor) for name, tensor in expected.items())


def rows_of(kind: str, name: str) -> int:
    """Rows of a tensor of the real network, where its converter splits them."""
    if kind == "lumina2":
        return sum(LUMINA_ROWS) if "qkv" in name else 4
    if "linear1" in name:
        return 7 * WIDTH
    return 3 * WIDTH if "qkv" in name else 2 * WIDTH


@pytest.mark.parametrize("kind", REAL_ROWS)
def test_rows_of_real_networks_go_where_diffusers_has_them(kind: str) -> None:
    """Each tensor has one column, with the number of its row: only rows are split and moved."""
    names = original(pipeline(kind).transformer, kind)
    made = {
        name: torch.arange(rows_of(kind, name), dtype=torch.float32)[:, None] + 1e5 * index
        for index, name in enumerate(names)
    }
    converted = converted_by(REAL_ROWS[kind], made)
    seen: set[str] = set()
    for name, tensor in made.items():
        targets = diffusers_names(name, kind)
        first = 0
        for target in targets:
            count = converted[target].shape[0] if len(targets) > 1 else tensor.shape[0]
            rows = tensor[first : first + count]
            if (
                target.startswith("norm_out.linear.") and kind != "lumina2"
            ):  # swapped by the class of its layer
                rows = torch.cat(rows.chunk(2)[::-1])
            assert torch.equal(converted[target], rows), (name, target)
            first += count
        assert first == tensor.shape[0]
        seen |= set(targets)
    assert seen == converted.keys()


def test_names_without_a_table_stay_as_they_are() -> None:
    name = "transformer_blocks.3.attn.to_q.weight"
    assert diffusers_names(name, "qwen-image") == diffusers_names(name, "flux") == (name,)
    assert diffusers_names("norm_final.weight", "z-image") == ()
    assert LAYOUTS.keys() >= CONVERTERS.keys() | REAL_ROWS.keys()
    with pytest.raises(ModelError, match="no layout is known for 'sd1'"):
        diffusers_names(name, "sd1")


def test_the_prefix_of_a_checkpoint_is_found() -> None:
    assert network_prefix(["vae.x", "model.diffusion_model.x"]) == "model.diffusion_model."
    assert network_prefix(["x.y"]) == ""


def test_a_text_encoder_and_a_vae_beside_the_network_are_left_out(
    folder_of: Callable[[str], Path], tmp_path: Path
) -> None:
    made = pipeline("sd3").transformer
    tensors = {f"model.diffusion_model.{name}": tensor for name, tensor in original(made, "sd3").items()}
    more = {"first_stage_model.x": torch.ones(1), "text_encoders.clip_l.x": torch.ones(1)}
    path = write_each({**tensors, **more}, tmp_path / "all.safetensors")
    network = load_network(path, FLOW_FAMILIES["sd3"], folder_of("sd3"), torch.float32)
    assert network.state_dict().keys() == made.state_dict().keys()
