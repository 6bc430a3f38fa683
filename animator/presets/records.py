"""What a frame or film says about how it was made: written into PNG and film files, and read back.

A frame's PNG has A1111's `parameters`, our `animator` (the film's full preset, compressed) and our
`animator-frame` (the frame's own values). A film has our record as its comment.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngImageFile, PngInfo

from animator._version import __version__
from animator.errors import UserError
from animator.film.comment import read_comment
from animator.presets.infotext import Infotext
from animator.presets.load import dump
from animator.settings import Animation
from animator.settings.modes import mode_of
from animator.timeline.plan import Plan

PARAMETERS = "parameters"
FILM = "animator"
FRAME = "animator-frame"
SCHEMA = "animator.film.1"


@dataclass(frozen=True)
class Provenance:
    """How an image or film was made, as far as it says so.

    Attributes:
        infotext: A1111's text; None where there is none.
        preset: The full preset of a film of ours, as YAML; None of any other.
        frame: The values of one frame of ours; None of any other.
    """

    infotext: str | None = None
    preset: str | None = None
    frame: Mapping[str, Any] | None = None


class FrameChunks:
    """The text chunks of a film's frames; what all frames share is made once."""

    def __init__(self, animation: Animation) -> None:
        self._animation = animation
        self._film = FILM.encode() + b"\0\0" + zlib.compress(film_record(animation).encode())

    def of(self, plan: Plan) -> PngInfo:
        """The chunks of one frame."""
        chunks = PngInfo()
        infotext = Infotext.of(plan, self._animation.model, over_image=self._is_over_image(plan))
        chunks.add_text(PARAMETERS, infotext.text)
        chunks.add_text(FRAME, json.dumps(asdict(plan)))
        chunks.add(b"zTXt", self._film)
        return chunks

    def _is_over_image(self, plan: Plan) -> bool:
        """True where a frame is drawn over an image and not from its prompt alone."""
        source = mode_of(self._animation).source
        begins = source == "clip" or self._animation.begins_over_image
        return source != "nothing" and plan.diffusion.strength > 0 and (plan.frame > 0 or begins)


def film_record(animation: Animation) -> str:
    """A film's full preset, as one line of ASCII."""
    return json.dumps({"schema": SCHEMA, "animator": __version__, "preset": dump(animation)})


def provenance(path: Path) -> Provenance:
    """What a PNG or film says.

    Raises:
        UserError: The file cannot be read, or says nothing.
    """
    if not path.is_file():
        raise UserError(f"{path}: there is no such file")
    try:
        with Image.open(path) as image:
            texts = image.text if isinstance(image, PngImageFile) else {}
    except (OSError, SyntaxError, ValueError):  # no image that Pillow knows, or a broken one
        texts = {FILM: read_comment(path)}
    said = Provenance(
        texts.get(PARAMETERS) or None, _preset(texts.get(FILM, "")), _object(texts.get(FRAME, ""))
    )
    if said == Provenance():
        raise UserError(
            f"{path}: says nothing about how it was made; expected a PNG of A1111, or a PNG or film of ours"
        )
    return said


def _preset(text: str) -> str | None:
    record = _object(text)
    preset = record.get("preset") if record and record.get("schema") == SCHEMA else None
    return preset if isinstance(preset, str) else None


def _object(text: str) -> Mapping[str, Any] | None:
    try:
        value = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return None
    return value if isinstance(value, Mapping) else None
