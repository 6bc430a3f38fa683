"""Provenance of frames and videos: metadata written into PNG and video files, and read back.

A frame's PNG has A1111's `parameters`, our `animator` (the film's full preset, compressed) and our
`animator-frame` (the frame's own values). A video file has our record as its comment.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from animator.core.read import UnreadableError, open_regular, read_text
from animator.errors import UserError
from animator.film.comment import read_comment
from animator.images.exif_comment import read_user_comment
from animator.images.file_kinds import HEAD_BYTES, is_accepted, may_be_video, name_kind
from animator.images.png_chunks import SIGNATURE, PngText, read_texts, text_chunk
from animator.presets.film_record import (
    MAX_BYTES_INSIDE,
    film_record,
    json_object,
    record_reference,
    recorded_preset,
)
from animator.presets.infotext import Infotext
from animator.presets.infotext_preset import is_infotext
from animator.settings import Animation
from animator.settings.modes import mode_of
from animator.timeline.plan import Plan

PARAMETERS = "parameters"
FILM = "animator"
FRAME = "animator-frame"
MAX_INFOTEXT_BYTES = 1_000_000
_EXPECTED = "expected an image or infotext of A1111, or an image or video of ours"


@dataclass(frozen=True)
class Provenance:
    """Metadata of an image or video file: how it was made.

    Attributes:
        infotext: A1111's text, if any.
        preset: The full preset as YAML; None in files of other programs.
        frame: The values of one frame; None in videos and in files of other programs.
    """

    infotext: str | None = None
    preset: str | None = None
    frame: Mapping[str, Any] | None = None


class FrameChunks:
    """PNG text chunks of a film's frames; those that all frames share are built once."""

    def __init__(self, animation: Animation) -> None:
        self._animation = animation
        record = film_record(animation)
        packed = zlib.compress(record.encode())
        is_long = len(packed) > MAX_BYTES_INSIDE
        self.record_apart = record if is_long else None
        """The film's record where it is too long for each frame, so that the run folder keeps it."""
        inside = b"zTXt", FILM.encode() + b"\0\0" + packed
        self._film = text_chunk(FILM, record_reference(record)) if is_long else inside

    def of(self, plan: Plan, model_hash: str = "") -> list[PngText]:
        """Returns the chunks of one frame.

        Args:
            plan: The frame's plan.
            model_hash: Short hash of the model that generated it; empty if it is not known.
        """
        is_over_image = self._is_over_image(plan)
        infotext = Infotext.of(plan, self._animation.model, over_image=is_over_image, model_hash=model_hash)
        values = json.dumps(asdict(plan))
        return [text_chunk(PARAMETERS, infotext.text), text_chunk(FRAME, values), self._film]

    def _is_over_image(self, plan: Plan) -> bool:
        """Returns True if a frame is generated from an image, not from its prompt alone."""
        source = mode_of(self._animation).source
        begins = source == "clip" or self._animation.begins_over_image
        return source != "nothing" and plan.diffusion.strength > 0 and (plan.frame > 0 or begins)


def read_provenance(path: Path) -> Provenance:
    """Reads the metadata of an image or video file, or the infotext in a text file.

    Raises:
        UserError: The file cannot be read, or has no such metadata.
    """
    try:
        with open_regular(path) as file:
            head = file.read(HEAD_BYTES)
            texts = read_texts(file)
            comment = read_user_comment(file)
    except UnreadableError as error:
        raise UserError(f"{path}: {error}; {_EXPECTED}") from error
    if not head.startswith(SIGNATURE):
        if (infotext := _text_file(path)) is not None:
            return Provenance(infotext)
        if Infotext.parse(comment).fields:
            return Provenance(comment)
        if not (is_accepted(head) or may_be_video(head)):
            raise UserError(f"{path}: is {name_kind(head)}; {_EXPECTED}")
        texts = {FILM: read_comment(path)}
    metadata = Provenance(
        texts.get(PARAMETERS) or None,
        recorded_preset(texts.get(FILM, ""), path),
        json_object(texts.get(FRAME, "")),
    )
    if metadata == Provenance():
        raise UserError(f"{path}: has no record of how it was made; {_EXPECTED}")
    return metadata


def _text_file(path: Path) -> str | None:
    """Returns the infotext that a text file holds; None for any other file."""
    if path.suffix.lower() != ".txt":
        return None
    try:
        text = read_text(path, MAX_INFOTEXT_BYTES)
    except UnreadableError:
        return None
    return text if is_infotext(text) else None
