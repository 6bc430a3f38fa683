"""What one step of training a LoRA costs on a model of full size: seconds, and peak memory (Linux).

    python -m tests.benchmarks.training_step sd1 --size 512
    python -m tests.benchmarks.training_step sdxl --size 1024 --precision bf16

The weights are random: they take the time and the memory of real ones. The model is written to a temporary
folder, and trained from there as `animator train lora` does it, with rank 8 and gradient checkpointing.
"""

import argparse
import multiprocessing
import resource
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from PIL import Image

from animator.models.diffusion import configs
from animator.models.diffusion.prompts.tokens import clip_tokenizer
from animator.training.finetune.check import check_training
from animator.training.finetune.draft import training_draft
from animator.training.finetune.run import train_model
from animator.training.finetune.told import Reports

PIPELINES = {"sd1": "StableDiffusionPipeline", "sdxl": "StableDiffusionXLPipeline"}
Result = TypeVar("Result")


@dataclass(frozen=True)
class Cost:
    """What was measured.

    Attributes:
        seconds: Of the last step; of a single one, with a sheet of one image of 64x64.
        gib: Peak memory of it all: loading, encoding the image, the steps.
    """

    seconds: float
    gib: float


def write_model(family: str, folder: Path) -> None:
    """Writes a diffusers folder of full size with random weights in bf16."""
    import diffusers
    import transformers

    config = Path(str(resources.files(configs).joinpath(family)))
    index = diffusers.DiffusionPipeline.load_config(str(config))
    parts: dict[str, Any] = {}
    default = torch.get_default_dtype()
    torch.set_default_dtype(torch.bfloat16)
    for name, of in index.items():
        if not isinstance(of, list) or not (config / name).is_dir():
            continue
        library, class_name = of
        kind = getattr(transformers if library == "transformers" else diffusers, class_name)
        if library == "transformers":
            parts[name] = kind(kind.config_class.from_pretrained(config / name))
        else:
            parts[name] = kind.from_config(kind.load_config(str(config / name)))
    torch.set_default_dtype(default)
    parts["tokenizer"] = clip_tokenizer(pad_token="<|endoftext|>")
    if family == "sdxl":
        parts["tokenizer_2"] = clip_tokenizer(pad_token="!")
    else:
        parts |= {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
    getattr(diffusers, PIPELINES[family])(**parts).save_pretrained(folder)


def measure(model: Path, place: Path, asked: argparse.Namespace) -> Cost:
    """Trains some steps; the last one is measured."""
    size = asked.size
    torch.set_num_threads(asked.threads)
    images = place / "images"
    images.mkdir()
    pixels = np.random.default_rng(0).integers(0, 255, (size // 8, size // 8, 3), np.uint8)
    Image.fromarray(pixels).resize((size, size)).save(images / "a.png")
    values = {
        "name": "thing",
        "model": str(model),
        "size": size,
        "steps": asked.steps,
        "precision": asked.precision,
        "gradient_checkpointing": True,
        "lora": {"rank": 8},
        "out": str(place / "result"),
        "preview": {"prompts": ["a"], "steps": 1, "size": 64},
    }
    draft, problems = training_draft("lora", images, values, {})
    seconds = [0.0]
    reports = Reports(step=lambda done: seconds.append(done.seconds))
    train_model(check_training(draft, problems), place / "run", device="cpu", reports=reports)
    return Cost(seconds[-1] - seconds[-2], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)


def apart(function: Callable[..., Result], *args: Any) -> Result:
    """Calls a function in a process of its own, whose memory is its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *args).result()


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("family", choices=PIPELINES)
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--precision", default="fp32", choices=["fp32", "bf16"])
    parser.add_argument("--steps", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="where the temporary folder is made")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        place = Path(name)
        apart(write_model, asked.family, place / "model")
        cost = apart(measure, place / "model", place, asked)
    sys.stdout.write(
        f"{asked.family} {asked.size}x{asked.size} {asked.precision}: {cost.seconds:.1f} s a step, "
        f"peak memory {cost.gib:.1f} GiB\n"
    )


if __name__ == "__main__":
    main()
