"""A tiny CLIPSeg of random weights, in a folder as transformers saves it."""

import json
from pathlib import Path
from typing import Any

import torch

from animator.models.torchvision_ops import declare_missing_ops


def save_clipseg(path: Path) -> Path:
    """Saves it with its tokenizer, which knows letters."""
    declare_missing_ops()
    from transformers import CLIPSegConfig, CLIPSegForImageSegmentation

    letters = [chr(code) for code in range(97, 123)]
    words = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    (path / "vocab.json").write_text(json.dumps({word: index for index, word in enumerate(words)}))
    (path / "merges.txt").write_text("#version: 0.2\n")
    (path / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "CLIPTokenizer"}))
    small: dict[str, Any] = {"hidden_size": 16, "intermediate_size": 16, "num_attention_heads": 2}
    text = {**small, "num_hidden_layers": 2, "vocab_size": 54, "max_position_embeddings": 16}
    text |= {"bos_token_id": 52, "eos_token_id": 53, "pad_token_id": 53}
    vision = {**small, "num_hidden_layers": 4, "image_size": 32, "patch_size": 8}
    config = CLIPSegConfig(
        text_config=text, vision_config=vision, projection_dim=16, reduce_dim=8, extract_layers=[0, 1, 2],
        decoder_num_attention_heads=2, decoder_intermediate_size=16,
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(3)
        CLIPSegForImageSegmentation(config).save_pretrained(path)
    return path
