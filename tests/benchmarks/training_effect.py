"""What each kind of training does on the built-in model: to prompts that call for it, and to others.

    python -m tests.benchmarks.training_effect FOLDER [--kinds lora embedding] [--set KEY=VALUE ...]

Twelve prints (see `print_style`) are taught. Images of held-out prompts are generated from the same seeds
before and after. A judge that saw other prints says how surely they are prints; the distance in its features
is to prints of the same scenes. Of prompts without the words it says the same, and how far images moved,
where two seeds of one prompt are 1 apart. FOLDER/sheet.png has images before, then two rows of each kind:
prompts with the style's words, and without.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from animator.images.image import to_uint8
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.stable import open_diffuser
from animator.training.evaluation.contact_sheet import contact_sheet
from animator.training.evaluation.generation import GenerationSettings, generate_image
from animator.training.finetune.check import check_training
from animator.training.finetune.draft import training_draft
from animator.training.finetune.run import train_model
from animator.training.scenes.render import scene
from tests.benchmarks.print_style import (
    HELD_OUT,
    SIDE,
    Pixels,
    PrintJudge,
    as_inputs,
    captions,
    ink_distance,
    printed,
    train_judge,
    write_prints,
)

CALLS = {"lora": "{}, riso print <lora:riso:1>", "dreambooth": "{}, riso print",
         "embedding": "{}, riso", "hypernetwork": "{}, riso print <hypernet:riso:1>"}  # fmt: skip
"""Prompts that call for what was learned, by kind."""
TAGS = {"lora": "{} <lora:riso:1>", "hypernetwork": "{} <hypernet:riso:1>"}
"""Prompts with the result in use, but without its words."""
SETTINGS = GenerationSettings(steps=8, cfg_scale=4.0, size=SIDE)
PROMPTS, SHOWN = 24, 6


@dataclass(frozen=True)
class Judgment:
    """What a judge says of images.

    Attributes:
        surely: Mean probability that they are prints.
        inks: Mean distance of their pixels to the nearest ink, of 255.
        distance: Mean distance of their features to those of prints of the same scenes.
    """

    surely: float
    inks: float
    distance: float


def judged(judge: PrintJudge, images: Sequence[Pixels], wanted: Sequence[Pixels]) -> Judgment:
    with torch.no_grad():
        features = [judge.layers.features(as_inputs(one)) for one in (images, wanted)]
        surely = judge(as_inputs(images)).sigmoid().mean()
    inks = float(np.mean([ink_distance(image) for image in images]))
    return Judgment(float(surely), inks, float((features[0] - features[1]).norm(dim=1).mean()))


def generated(model: str, prompts: Sequence[str], library: Library, first_seed: int = 500) -> list[Pixels]:
    diffuser = open_diffuser(model, torch.device("cpu"), LoadOptions(library))
    return [
        to_uint8(generate_image(diffuser, prompt, SETTINGS, first_seed + index))
        for index, prompt in enumerate(prompts)
    ]


def moved(before: Sequence[Pixels], after: Sequence[Pixels]) -> float:
    pairs = zip(before, after, strict=True)
    return float(np.mean([np.abs(one.astype(int) - other.astype(int)).mean() for one, other in pairs]))


def trained(kind: str, folder: Path, settings: Sequence[str]) -> tuple[str, Library, dict[str, Any]]:
    """The model that has learned the prints, the folder with the result, and what it took."""
    prints, models = folder / "prints" / kind, folder / kind
    write_prints(prints, "riso" if kind == "embedding" else "riso print")
    values = {"name": "riso", "out": str(models), "overwrite": True, "preview": {"prompts": ["riso"]}}
    checked = check_training(*training_draft(kind, prints, values, settings))
    started = time.monotonic()
    result = train_model(checked, folder / f"run-{kind}-{time.time_ns()}", device="cpu").result
    took = {"kind": kind, "seconds": round(time.monotonic() - started), "steps": checked.settings.steps}
    return str(result) if kind == "dreambooth" else "starter", Library((models,)), took


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kinds", nargs="+", default=list(CALLS))
    parser.add_argument("--set", nargs="*", default=[], dest="settings")
    options = parser.parse_args()
    prompts = captions(HELD_OUT, PROMPTS)
    wanted = [printed(scene(HELD_OUT + index, SIDE).image) for index in range(PROMPTS)]
    judge, nothing = train_judge(), Library(())
    others = generated("starter", prompts, nothing)
    apart = moved(others, generated("starter", prompts, nothing, 900))
    say({"prints": vars(judged(judge, wanted, wanted)), "plain": vars(judged(judge, others, wanted))})
    sheet = others[:SHOWN]
    for kind in options.kinds:
        model, library, took = trained(kind, options.folder, options.settings)
        images = generated(model, [CALLS[kind].format(prompt) for prompt in prompts], library)
        rest = generated(model, [TAGS.get(kind, "{}").format(prompt) for prompt in prompts], library)
        both = {"called": images, "others": rest}
        figures = {name: vars(judged(judge, made, wanted)) for name, made in both.items()}
        say({**took, **figures, "others_moved": moved(others, rest) / apart})
        sheet += [*images[:SHOWN], *rest[:SHOWN]]
    tensors = [torch.from_numpy(image.copy()).permute(2, 0, 1) / 255 for image in sheet]
    cv2.imwrite(str(options.folder / "sheet.png"), contact_sheet(tensors, SHOWN, 160)[..., ::-1])


def say(figures: dict[str, Any]) -> None:
    sys.stdout.write(
        json.dumps(json.loads(json.dumps(figures), parse_float=lambda x: round(float(x), 3))) + "\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    main()
