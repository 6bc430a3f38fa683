"""Tiny networks of random weights for preprocessors, in folders as transformers saves them."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch

from animator.models.controlnet.preprocessors.open import Networks
from animator.models.depth.model import DepthModel, FakeDepth
from animator.models.diffusion.checkpoints.library import Library
from animator.models.torchvision_ops import declare_missing_ops

POINTS = {number: f"point {number}" for number in range(17)}
CLASSES = {number: f"class {number}" for number in range(150)}
NO_BIASES: Mapping[str, Sequence[float]] = MappingProxyType({})
THINGS = {0: "person", 1: "bicycle"}


def networks(folder: Path | None = None, depth: Callable[[], DepthModel] = FakeDepth) -> Networks:
    """Opens the networks in a folder, and a depth network that is none."""
    return Networks(torch.device("cpu"), Library(() if folder is None else (folder,)), depth)


def save(
    folder: Path,
    config: Any,
    model: str,
    processor: Any,
    biases: Mapping[str, Sequence[float]] = NO_BIASES,
) -> Path:
    """Saves a network, whose weights depend on its class alone, but for some biases by their modules."""
    import transformers

    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(3)
        made = getattr(transformers, model)(config)
        for weight in made.parameters():  # those of a fresh network are near 0
            torch.nn.init.normal_(weight, std=0.2) if weight.ndim > 1 else torch.nn.init.normal_(weight)
        for module, bias in biases.items():
            made.get_submodule(module).bias.copy_(torch.tensor(bias))
    made.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def vitpose(folder: Path, labels: Mapping[int, str] = POINTS, experts: int = 1) -> Path:
    """Finds the points of a body."""
    declare_missing_ops()
    from transformers import VitPoseBackboneConfig, VitPoseConfig, VitPoseImageProcessor

    backbone = VitPoseBackboneConfig(
        image_size=[64, 48], patch_size=[16, 16], hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        mlp_ratio=2, out_indices=[1], num_experts=experts, part_features=8,
    )  # fmt: skip
    config = VitPoseConfig(backbone_config=backbone, id2label=dict(labels), scale_factor=4)
    processor = VitPoseImageProcessor(size={"height": 64, "width": 48})
    return save(folder, config, "VitPoseForPoseEstimation", processor)


def rt_detr(folder: Path, labels: Mapping[int, str] = THINGS) -> Path:
    """Finds people."""
    declare_missing_ops()
    from transformers import RTDetrConfig, RTDetrImageProcessor, RTDetrResNetConfig

    backbone = RTDetrResNetConfig(
        embedding_size=8, hidden_sizes=[8, 8, 16, 16], depths=[1, 1, 1, 1], layer_type="basic",
        out_features=["stage2", "stage3", "stage4"],
    )  # fmt: skip
    config = RTDetrConfig(
        backbone_config=backbone, encoder_hidden_dim=16, encoder_in_channels=[8, 16, 16], encoder_layers=1,
        encoder_ffn_dim=16, encoder_attention_heads=2, d_model=16, num_queries=6,
        decoder_in_channels=[16] * 3, decoder_ffn_dim=16, decoder_layers=1, decoder_attention_heads=2,
        decoder_n_points=2, num_denoising=0, id2label=dict(labels), anchor_image_size=None,
    )  # fmt: skip
    processor = RTDetrImageProcessor(size={"height": 64, "width": 64})
    wide = {"model.decoder.bbox_embed.0.layers.2": (0.0, 0.0, 3.0, 4.0)}
    return save(folder, config, "RTDetrForObjectDetection", processor, wide)


def detr(folder: Path) -> Path:
    """Finds people; its labels begin with none."""
    declare_missing_ops()
    from transformers import DetrConfig, DetrImageProcessor, ResNetConfig

    backbone = ResNetConfig(
        embedding_size=8, hidden_sizes=[8, 8, 16, 16], depths=[1, 1, 1, 1], layer_type="basic",
        out_features=["stage4"],
    )  # fmt: skip
    config = DetrConfig(
        backbone_config=backbone, d_model=16, encoder_layers=1, decoder_layers=1, encoder_ffn_dim=16,
        decoder_ffn_dim=16, encoder_attention_heads=2, decoder_attention_heads=2, num_queries=6,
        id2label={0: "N/A", 1: "person"}, use_timm_backbone=False, use_pretrained_backbone=False,
    )  # fmt: skip
    processor = DetrImageProcessor(size={"shortest_edge": 64, "longest_edge": 96})
    biases = {"class_labels_classifier": (0.0, 3.0, 0.0)}
    return save(folder, config, "DetrForObjectDetection", processor, biases)


def segformer(folder: Path, labels: Mapping[int, str] = CLASSES) -> Path:
    """Segments by class."""
    declare_missing_ops()
    from transformers import SegformerConfig, SegformerImageProcessor

    config = SegformerConfig(
        depths=[1, 1, 1, 1], hidden_sizes=[8, 8, 16, 16], num_attention_heads=[1, 1, 2, 2],
        decoder_hidden_size=16, id2label=dict(labels),
    )  # fmt: skip
    processor = SegformerImageProcessor(size={"height": 64, "width": 64})
    return save(folder, config, "SegformerForSemanticSegmentation", processor)


def upernet(folder: Path) -> Path:
    """Segments by class."""
    declare_missing_ops()
    from transformers import ConvNextConfig, SegformerImageProcessor, UperNetConfig

    backbone = ConvNextConfig(
        depths=[1, 1, 1, 1],
        hidden_sizes=[8, 8, 16, 16],
        out_features=["stage1", "stage2", "stage3", "stage4"],
    )
    config = UperNetConfig(
        backbone_config=backbone, hidden_size=16, id2label=dict(CLASSES), auxiliary_in_channels=16,
        auxiliary_channels=8,
    )  # fmt: skip
    processor = SegformerImageProcessor(size={"height": 64, "width": 64})
    return save(folder, config, "UperNetForSemanticSegmentation", processor)


def oneformer(folder: Path) -> Path:
    """Segments by class, by words; its processor names the hub."""
    declare_missing_ops()
    from transformers import OneFormerConfig, OneFormerImageProcessor, SwinConfig

    backbone = SwinConfig(
        embed_dim=8, depths=[1, 1, 1, 1], num_heads=[1, 1, 2, 2], window_size=2, image_size=64,
        out_features=["stage1", "stage2", "stage3", "stage4"],
    )  # fmt: skip
    config = OneFormerConfig(
        backbone_config=backbone, id2label=dict(CLASSES), num_queries=6, text_encoder_width=16,
        text_encoder_vocab_size=60, text_encoder_num_layers=1, text_encoder_n_ctx=4,
        text_encoder_context_length=8, text_encoder_proj_layers=1, hidden_dim=32,
        encoder_feedforward_dim=16, task_seq_len=8, encoder_layers=1, decoder_layers=2,
        num_attention_heads=2, dim_feedforward=16, conv_dim=32, mask_dim=32, query_dec_layers=1,
        is_training=False,
    )  # fmt: skip
    processor = OneFormerImageProcessor(size={"shortest_edge": 64, "longest_edge": 96})
    save(folder, config, "OneFormerForUniversalSegmentation", processor)
    path = folder / "preprocessor_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "class_info_file": "ade20k_panoptic.json"}))
    letters = [chr(code) for code in range(97, 123)]
    words = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({word: index for index, word in enumerate(words)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "CLIPTokenizer"}))
    return folder


def depth_pro(folder: Path, *, sees_field: bool = True) -> Path:
    """Estimates depth."""
    declare_missing_ops()
    from transformers import DepthProConfig, DepthProImageProcessor

    encoder = {
        "model_type": "dinov2", "image_size": 64, "patch_size": 16, "num_hidden_layers": 2, "hidden_size": 16,
        "num_attention_heads": 2, "mlp_ratio": 2,
    }  # fmt: skip
    config = DepthProConfig(
        fusion_hidden_size=8, patch_size=64, intermediate_hook_ids=[1, 0], intermediate_feature_dims=[8, 8],
        scaled_images_ratios=[0.5, 1.0], scaled_images_overlap_ratios=[0.0, 0.2],
        scaled_images_feature_dims=[8, 8], image_model_config=encoder, patch_model_config=encoder,
        fov_model_config=encoder, use_fov_model=sees_field, num_fov_head_layers=0,
        merge_padding_value=3,
    )  # fmt: skip
    processor = DepthProImageProcessor(size={"height": 128, "width": 128})
    biases = {"fov_model.head.layers.0": (60.0,)} if sees_field else {}
    return save(folder, config, "DepthProForDepthEstimation", processor, biases)


SEGMENTERS: Mapping[str, Callable[[Path], Path]] = {
    "upernet": upernet,
    "segformer": segformer,
    "oneformer": oneformer,
}
