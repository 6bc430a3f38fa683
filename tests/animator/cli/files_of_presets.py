"""Files that presets name: images, clips, wildcards, and models that have headers but hardly a weight."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image
from safetensors.numpy import save_file

from tests.clips import save_clip


def make_files(folder: Path) -> None:
    """Writes the files into a folder."""
    for name in ("clip", "empty", "wildcards", "models", "incomplete", "bert"):
        (folder / name).mkdir()
    save_clip(folder / "clip", [np.full((64, 64, 3), 60 * index, np.uint8) for index in range(4)])
    Image.fromarray(np.full((64, 64, 3), 90, np.uint8)).save(folder / "picture.png")
    whole = (folder / "picture.png").read_bytes()
    (folder / "broken.png").write_bytes(whole[: len(whole) // 2])
    (folder / "text.png").write_text("a text")
    (folder / "wildcards" / "circle.txt").write_text("an old __circle__ lake")
    (folder / "wildcards" / "lora.txt").write_text("lake <lora:hidden:1>")
    _make_models(folder / "models")
    (folder / "incomplete" / "model_index.json").write_text(
        json.dumps({"_class_name": "StableDiffusionPipeline", "unet": ["diffusers", "UNet2DConditionModel"]})
    )
    (folder / "bert" / "config.json").write_text(json.dumps({"model_type": "bert"}))


def _make_models(folder: Path) -> None:
    (folder / "ink.pt").write_bytes(b"not opened")
    _save(folder / "style.safetensors", {"lora_unet_a_attn2_to_k.lora_down.weight": (4, 2048)})
    _save(folder / "vae.safetensors", {"encoder.conv_in.weight": (8, 3), "decoder.conv_in.weight": (8, 4)})
    _save(
        folder / "net.safetensors",
        {"controlnet_cond_embedding.conv_in.weight": (8, 3), "down.attn2.to_k.weight": (8, 2048)},
    )
    _save(folder / "fogged.safetensors", {"emb_params": (2, 768)})
    whole = (folder / "style.safetensors").read_bytes()
    (folder / "torn.safetensors").write_bytes(whole[:-9])
    (folder / "old.ckpt").write_bytes(b"not a pickle")


def _save(path: Path, shapes: Mapping[str, tuple[int, ...]]) -> None:
    save_file({name: np.zeros(shape, np.float16) for name, shape in shapes.items()}, path)
