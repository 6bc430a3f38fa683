"""The generated parts of hand-written pages, made from tables in the code.

A page has such a part between `<!-- made by python -m docs.build: NAME -->` and `<!-- end -->`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from textwrap import fill

from animator.camera.moves import MOVES
from animator.film.formats import FORMATS, Format
from animator.models.depth.registry import MODELS
from animator.models.diffusion.samplers.registry import METHODS, SCHEDULE_TYPES
from docs.build.image_settings import image_settings, training_settings

WIDTH = 120
_BLOCK = re.compile(r"(<!-- made by python -m docs\.build: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def formats() -> str:
    """Returns the table of output formats."""
    head = "| format | codecs (the first is `auto`) | good for | while rendering |\n|---|---|---|---|\n"
    return head + "".join(_format_row(made) for made in FORMATS.values())


def samplers() -> str:
    """Returns the list of sampling methods and schedule types."""
    twice = (method.name for method in METHODS.values() if method.calls_per_step == 2)
    lines = (
        f"Methods: {', '.join(METHODS)}.",
        f"Schedule types: {', '.join(SCHEDULE_TYPES)}. The default is {SCHEDULE_TYPES[0]}, unless the name "
        f"or the model asks for another.",
        f"Methods that call the model twice per step: {', '.join(twice)}.",
        f"Methods with a default schedule type of their own: {', '.join(_default_schedules())}.",
    )
    return "".join(f"{fill(f'- {line}', WIDTH, subsequent_indent='  ')}\n" for line in lines)


def _default_schedules() -> Iterator[str]:
    return (f"{m.name} ({m.schedule_type})" for m in METHODS.values() if m.schedule_type)


def depth_models() -> str:
    """Returns the table of depth networks."""
    head = "| name | file | output | license |\n|---|---|---|---|\n"
    outputs = {"inverse": "relative depth", "distance": "relative distance", "meters": "meters"}
    rows = (
        f"| `{spec.name}` | [{spec.files[0]}]({spec.url}) | {outputs[spec.output]} | {spec.license} |\n"
        for spec in MODELS
    )
    return head + "".join(rows)


def camera_moves() -> str:
    """Returns the table of named camera moves."""
    head = "| move | what the camera does | turns about |\n|---|---|---|\n"
    rows = (
        f"| `{name}` | {move.text} | {_pivot(move.distance, move.default_distance)} |\n"
        for name, move in MOVES.items()
    )
    return head + "".join(rows)


def _pivot(name: str, default: float) -> str:
    return f"`{name}`, default {default:g}" if name else ""


def _format_row(made: Format) -> str:
    codecs = "" if made.is_sequence else ", ".join(f"`{codec}`" for codec in made.codecs)
    palette = ", one palette for all frames" if made.palette else ""
    return f"| `{made.name}` | {codecs}{palette} | {made.good_for} | {_part_file(made)} |\n"


def _part_file(made: Format) -> str:
    if made.is_sequence:
        return "the frames are the output; no file is made"
    if made.intermediate:
        return f"`<name>.part.{made.intermediate}`, lossless; converted at the end"
    return f"`<name>.part.{made.name}` is playable at any time"


BLOCKS: Mapping[str, Mapping[str, Callable[[], str]]] = {
    "camera.md": {"camera-moves": camera_moves},
    "film.md": {"formats": formats},
    "generate.md": {"image-settings": image_settings},
    "training.md": {"training-settings": training_settings},
    "models.md": {"samplers": samplers, "depth-models": depth_models},
}
"""Page -> name of the part -> function that generates it."""


def fill_blocks(page: str, text: str) -> str:
    """Returns the text of a page with its generated parts up to date.

    Args:
        page: Its file name, a key of `BLOCKS`.
        text: Its current text.

    Raises:
        KeyError: A marked part is unknown.
    """
    parts = BLOCKS[page]
    return _BLOCK.sub(lambda match: f"{match[1]}\n{parts[match[2]]()}\n{match[3]}", text)


def block_names(text: str) -> tuple[str, ...]:
    """Returns the names of the generated parts in a page, in order."""
    return tuple(match[2] for match in _BLOCK.finditer(text))
