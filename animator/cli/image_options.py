"""Options of the commands for single images, and the settings that they are short for."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from animator.cli.options import out_option
from animator.cli.shorthands import Shorthand, Shorthands
from animator.errors import UserError

_IMAGE, _SAMPLING, _OVER, _MORE = "Image", "Sampling", "Over another image", "More settings"
_KEYS = {
    "prompt": "prompt",
    "negative": "negative_prompt",
    "model": "model",
    "size": "size",
    "seed": "seed",
    "count": "count",
    "batch": "batch",
    "steps": "steps",
    "cfg": "cfg_scale",
    "sampler": "sampler",
    "init": "init.image",
    "strength": "init.strength",
    "resize": "init.resize",
    "mask": "mask.image",
}
"""Option -> the setting that it is short for."""
_SIDES = ("left", "top", "right", "bottom")


def _short(panel: str, metavar: str, text: str, *names: str) -> Any:
    return typer.Option(*names, metavar=metavar, help=text, show_default=False, rich_help_panel=panel)


Prompt = Annotated[str | None, typer.Argument(help="What the image shows.", show_default=False)]
Negative = Annotated[str | None, _short(_IMAGE, "TEXT", "What it should not show.")]
Model = Annotated[str | None, _short(_IMAGE, "NAME", "The model: a folder, a file, or a hub id.")]
SizeOption = Annotated[str | None, _short(_IMAGE, "WxH", "Width and height, such as 512 or 512x320.")]
Seed = Annotated[str | None, _short(_IMAGE, "N", "Seed; without one, each image has another.")]
Count = Annotated[str | None, _short(_IMAGE, "N", "Number of images; their seeds follow each other.")]
Batch = Annotated[str | None, _short(_IMAGE, "N", "Images that are generated at once.")]
Steps = Annotated[str | None, _short(_SAMPLING, "N", "Sampler steps.")]
Cfg = Annotated[str | None, _short(_SAMPLING, "X", "Guidance scale.")]
SamplerOption = Annotated[str | None, _short(_SAMPLING, "NAME", "Sampler, such as 'DPM++ 2M Karras'.")]
Init = Annotated[str | None, _short(_OVER, "IMAGE", "The image to generate over.")]
Strength = Annotated[
    str | None, _short(_OVER, "X", "Amount of it that is kept, from 0 to 1: 1 - denoising strength.")
]
Resize = Annotated[
    str | None, _short(_OVER, "MODE", "Fit of another aspect ratio: stretch, crop, pad or latent.")
]
Mask = Annotated[str | None, _short(_OVER, "IMAGE", "What is generated anew: white; black stays.")]
OutpaintOption = Annotated[
    str | None,
    _short(_OVER, "SIDE=N,...", "Pixels to generate beyond the edges: left=128,top=0, or 64 for all."),
]
SettingsFrom = Annotated[
    Path | None,
    _short(_MORE, "FILE", "An image of A1111 or animator, or a text file: its settings are used."),
]
GridOption = Annotated[
    list[str] | None,
    _short(_MORE, "KEY=A,B,...", "Generate every combination of these values into one labelled sheet."),
]
SetOption = Annotated[
    list[str] | None,
    _short(_MORE, "KEY=VALUE", "Any other setting, such as hires.scale=2 or tiling=x.", "--set"),
]
ImagesOut = Annotated[
    Path | None,
    out_option(
        lambda out: out,
        "The file, such as lake.png, .jpg or .webp; or a folder, by default renders/images.",
    ),
]


def shorthands_of(typed: Mapping[str, str | None], outpaint: str | None) -> Shorthands:
    """Returns the settings that options are short for.

    Args:
        typed: The value of each option of `_KEYS`; None for those that were not given.
        outpaint: The value of the option for outpainting.

    Raises:
        UserError: The sides of outpainting are not such.
    """
    options = [
        Shorthand(f"--{name} {value}", _KEYS[name], json.dumps(value, ensure_ascii=False))
        for name, value in typed.items()
        if value is not None
    ]
    return Shorthands((*options, *_sides(outpaint)) if outpaint is not None else tuple(options))


def _sides(text: str) -> list[Shorthand]:
    option = f"--outpaint {text}"
    pairs = [part.partition("=") for part in text.split(",")]
    if len(pairs) == 1 and not pairs[0][1]:
        pairs = [(side, "=", text) for side in _SIDES]
    sides = {side.strip(): pixels.strip() for side, _, pixels in pairs}
    if not sides.keys() <= set(_SIDES) or not all(pixels.isdecimal() for pixels in sides.values()):
        raise UserError(f"{option}: expected sides and pixels, such as left=128,top=0, or 64 for all sides")
    return [Shorthand(option, f"outpaint.{side}", json.dumps(pixels)) for side, pixels in sides.items()]
