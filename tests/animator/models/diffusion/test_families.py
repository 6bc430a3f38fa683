"""The shipped descriptions of model families are those of the real models."""

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import torch

from animator.models.diffusion import configs
from animator.models.torchvision_ops import declare_missing_ops

CONFIGS = Path(str(resources.files(configs)))
# Numbers of parameters, as published for or counted in the original checkpoints.
SIZES = {
    "sd1": {"unet": 859_520_964, "vae": 83_653_863, "text_encoder": 123_060_480},
    "sd1-inpaint": {"unet": 859_535_364},
    "sd1-edit": {"unet": 859_532_484},
    "sd2": {"unet": 865_910_724, "vae": 83_653_863, "text_encoder": 340_387_840},
    "sd2-v": {"unet": 865_910_724},
    "sd2-inpaint": {"unet": 865_925_124},
    "sdxl": {
        "unet": 2_567_463_684,
        "vae": 83_653_863,
        "text_encoder": 123_060_480,
        "text_encoder_2": 694_659_840,
    },
    "sdxl-inpaint": {"unet": 2_567_478_084},
    "sdxl-refiner": {"unet": 2_259_526_660, "text_encoder_2": 694_659_840},
}


def build(family: str, part: str) -> Any:
    """The part without weights."""
    declare_missing_ops()
    import diffusers
    import transformers

    config = json.loads((CONFIGS / family / part / "config.json").read_text())
    with torch.device("meta"):
        if part.startswith("text_encoder"):
            kind = getattr(transformers, config["architectures"][0])
            return kind(transformers.CLIPTextConfig(**config))
        return getattr(diffusers, config["_class_name"]).from_config(config)


@pytest.mark.parametrize(("family", "part"), [(f, p) for f, parts in SIZES.items() for p in parts])
def test_parts_have_as_many_parameters_as_the_originals(family: str, part: str) -> None:
    assert sum(weight.numel() for weight in build(family, part).parameters()) == SIZES[family][part]


@pytest.mark.parametrize("family", SIZES)
def test_every_family_is_whole(family: str) -> None:
    index = json.loads((CONFIGS / family / "model_index.json").read_text())
    for part, of in index.items():
        if isinstance(of, list) and of[0] and "tokenizer" not in part:
            assert list((CONFIGS / family / part).glob("*config.json")), part
    scheduler = json.loads((CONFIGS / family / "scheduler" / "scheduler_config.json").read_text())
    assert scheduler["prediction_type"] == ("v_prediction" if family == "sd2-v" else "epsilon")
    vae = json.loads((CONFIGS / family / "vae" / "config.json").read_text())
    assert vae["scaling_factor"] == (0.13025 if family.startswith("sdxl") else 0.18215)


def test_there_are_no_other_families() -> None:
    assert {path.name for path in CONFIGS.iterdir() if path.is_dir() and path.name[0] != "_"} == set(SIZES)
