"""A tiny SAM 2 for videos, of random weights, in a folder as transformers saves it."""

from pathlib import Path

import torch

from animator.masks.networks import SAM
from animator.models.diffusion.checkpoints.library import Library
from animator.models.pretrained.load import PretrainedNetwork, load_network
from animator.models.torchvision_ops import declare_missing_ops

SIDE = 64


def save_sam(folder: Path, seed: int = 3, memories: int = 7) -> Path:
    """Saves it; it remembers the features of one image less than `memories`."""
    declare_missing_ops()
    import transformers
    from transformers.models.sam2_video.configuration_sam2_video import (
        Sam2VideoMaskDecoderConfig,
        Sam2VideoPromptEncoderConfig,
    )

    grid = SIDE // 16
    backbone = transformers.Sam2HieraDetConfig(
        hidden_size=8, num_attention_heads=1, image_size=[SIDE, SIDE], blocks_per_stage=[1] * 4,
        embed_dim_per_stage=[8, 16, 32, 64], num_attention_heads_per_stage=[1, 1, 2, 2],
        window_size_per_stage=[8, 4, 4, 4], global_attention_blocks=[],
        window_positional_embedding_background_size=[4, 4],
    )  # fmt: skip
    vision = transformers.Sam2VisionConfig(
        backbone_config=backbone, backbone_channel_list=[64, 32, 16, 8], fpn_hidden_size=128,
        backbone_feature_sizes=[[grid * 4] * 2, [grid * 2] * 2, [grid] * 2],
    )  # fmt: skip
    config = transformers.Sam2VideoConfig(
        vision_config=vision,
        prompt_encoder_config=Sam2VideoPromptEncoderConfig(
            hidden_size=128, image_size=SIDE, mask_input_channels=4
        ),
        mask_decoder_config=Sam2VideoMaskDecoderConfig(
            hidden_size=128, mlp_dim=16, num_hidden_layers=1, num_attention_heads=2, iou_head_hidden_dim=16
        ),
        image_size=SIDE, num_maskmem=memories, memory_attention_hidden_size=128,
        memory_attention_num_layers=1,
        memory_attention_feed_forward_hidden_size=16, memory_attention_rope_feat_sizes=[grid, grid],
        memory_encoder_hidden_size=128, memory_encoder_output_channels=64, mask_downsampler_embed_dim=128,
        memory_fuser_embed_dim=128, memory_fuser_intermediate_dim=16, memory_fuser_num_layers=1,
    )  # fmt: skip
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(seed)
        model = transformers.Sam2VideoModel(config)
        for name, weight in model.named_parameters():  # those of a fresh network are near 0
            if weight.ndim > 1 and "norm" not in name:
                weight.mul_(4.0)
        model.mask_decoder.pred_obj_score_head.proj_out.bias.fill_(5.0)  # so that it is always in sight
    model.save_pretrained(folder)
    mask_size = {"height": grid * 4, "width": grid * 4}
    transformers.Sam2ImageProcessor(
        size={"height": SIDE, "width": SIDE}, mask_size=mask_size
    ).save_pretrained(folder)
    return folder


def open_sam(folder: Path) -> PretrainedNetwork:
    """Loads it on the CPU."""
    return load_network(SAM, str(folder), Library(), torch.device("cpu"))
