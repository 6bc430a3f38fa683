"""Loads a ControlNet of a flow-matching model from a folder, a hub id, or a file with diffusers' names."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.control_facts import FLOW_CLASSES
from animator.models.diffusion.checkpoints.find import Checkpoint
from animator.models.diffusion.checkpoints.flow_families import FlowFamily
from animator.models.diffusion.controlnet.pretrained import filled, from_pretrained, same_sizes
from animator.models.diffusion.flow_matching.precision import computing_dtype
from animator.models.diffusion.load_pipeline import quiet_diffusers
from animator.models.weights import read_tensors

Shapes = Mapping[str, tuple[int, ...]]


def load_flow_controlnet(checkpoint: Checkpoint, transformer: Any, family: FlowFamily) -> Any:
    """Returns a ControlNet in the precision and on the device of a transformer.

    Args:
        checkpoint: Location of the ControlNet.
        transformer: diffusers' transformer that it will guide.
        family: The model's family.

    Raises:
        ModelError: It is broken, or was made for another model.
    """
    name = next(name for name, key in FLOW_CLASSES.items() if key == family.key)
    with quiet_diffusers(checkpoint.name) as diffusers:
        net = getattr(diffusers, name)
        if checkpoint.kind == "file":
            loaded = _from_file(net, checkpoint, transformer)
        else:
            loaded = from_pretrained(
                checkpoint, computing_dtype(transformer), net, partial(_chosen, net, checkpoint)
            )
        _check_fits(checkpoint.name, loaded, transformer, family)
    loaded.to(transformer.device)
    return loaded.eval().requires_grad_(requires_grad=False)


def _chosen(net: Any, checkpoint: Checkpoint, config: Mapping[str, Any]) -> Any:
    if config.get("_class_name") != net.__name__:
        raise ModelError(
            f"controlnet {checkpoint.name}: is {config.get('_class_name')}; this model takes {net.__name__}"
        )
    return net


def _from_file(net: Any, checkpoint: Checkpoint, transformer: Any) -> Any:
    tensors = read_tensors(Path(checkpoint.location))
    shapes = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    try:
        config = _ARCHITECTURES[net.__name__](shapes, transformer.config)
    except (KeyError, IndexError) as error:
        raise ModelError(
            f"controlnet {checkpoint.name}: {checkpoint.location} lacks {error}; expected a ControlNet with "
            "diffusers' names"
        ) from error
    named = {name: tensor.to(computing_dtype(transformer)) for name, tensor in tensors.items()}
    return filled(net, config, checkpoint, partial(same_sizes, named))


def _flux(shapes: Shapes, base: Mapping[str, Any]) -> dict[str, Any]:
    inner, channels = shapes["x_embedder.weight"]
    head = shapes["transformer_blocks.0.attn.norm_q.weight"][0]
    hint = shapes.get("input_hint_block.conv_in.weight")
    modes = shapes.get("controlnet_mode_embedder.weight")
    return {
        "patch_size": base["patch_size"] if hint is None else 2,
        "in_channels": channels,
        "num_layers": _count(shapes, "transformer_blocks."),
        "num_single_layers": _count(shapes, "single_transformer_blocks."),
        "attention_head_dim": head,
        "num_attention_heads": inner // head,
        "joint_attention_dim": shapes["context_embedder.weight"][1],
        "pooled_projection_dim": shapes["time_text_embed.text_embedder.linear_1.weight"][1],
        "guidance_embeds": "time_text_embed.guidance_embedder.linear_1.weight" in shapes,
        "axes_dims_rope": base["axes_dims_rope"],
        "num_mode": None if modes is None else modes[0],
        "conditioning_embedding_channels": None
        if hint is None
        else shapes["input_hint_block.conv_out.weight"][0],
    }


def _sd3(shapes: Shapes, base: Mapping[str, Any]) -> dict[str, Any]:
    has_texts = "context_embedder.weight" in shapes
    conditioned = shapes["pos_embed_input.proj.weight"][1]
    keys = ("sample_size", "patch_size", "in_channels", "attention_head_dim", "num_attention_heads")
    return {
        **{
            name: base[name]
            for name in (*keys, "pooled_projection_dim", "out_channels", "pos_embed_max_size")
        },
        "num_layers": _count(shapes, "transformer_blocks."),
        "joint_attention_dim": shapes["context_embedder.weight"][1] if has_texts else None,
        "caption_projection_dim": base["caption_projection_dim"],
        "extra_conditioning_channels": conditioned - base["in_channels"],
        "qk_norm": base.get("qk_norm") if "transformer_blocks.0.attn.norm_q.weight" in shapes else None,
        "use_pos_embed": "pos_embed.proj.weight" in shapes,
        "force_zeros_for_pooled_projection": has_texts,
    }


_ARCHITECTURES = {"FluxControlNetModel": _flux, "SD3ControlNetModel": _sd3}


def _count(shapes: Shapes, prefix: str) -> int:
    numbers = {name[len(prefix) :].partition(".")[0] for name in shapes if name.startswith(prefix)}
    return len(numbers)


def _check_fits(name: str, net: Any, transformer: Any, family: FlowFamily) -> None:
    own, base = net.config, transformer.config
    widths = [one.attention_head_dim * one.num_attention_heads for one in (own, base)]
    if widths[0] != widths[1] or own.in_channels != base.in_channels:
        raise ModelError(
            f"controlnet {name}: its blocks have a width of {widths[0]}, those of this {family.title} "
            f"{widths[1]}; use a ControlNet that was made for the model"
        )
