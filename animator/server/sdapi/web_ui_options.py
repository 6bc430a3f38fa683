"""`WebUiOptions`: those options of A1111's web UI that act here, kept in the renders folder."""

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from animator.core.atomic import atomic_write
from animator.core.json_text import parse_json
from animator.core.read import UnreadableError, read_text
from animator.errors import UserError

FILE = "web-ui-options.json"
_MAX_BYTES = 100_000
AUTOMATIC = ("", "automatic", "none")
"""Names of a VAE, in lower case, that stand for the checkpoint's own."""


class WebUiValues(BaseModel):
    """Options by A1111's names; others are ignored."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    sd_model_checkpoint: str = Field("starter", max_length=1000, description="Title of the model.")
    sd_vae: str = Field("Automatic", max_length=1000, description="Name of another VAE.")
    CLIP_stop_at_last_layers: int = Field(1, ge=1, le=64, description="Clip skip.")
    eta_ancestral: float = Field(1.0, ge=0, le=1)
    eta_ddim: float = Field(0.0, ge=0, le=1)
    face_restoration_model: str = Field("GFPGAN", max_length=100, description="What `restore_faces` takes.")
    code_former_weight: float = Field(0.5, ge=0, le=1)
    initial_noise_multiplier: float = Field(1.0, ge=0, le=10)
    send_seed: bool = True
    samples_format: str = Field("png", pattern="^png$", description="Images are PNG files.")
    samples_save: Annotated[bool, Field(description="Keep the images of every request.")] = False


class WebUiOptions:
    """The options in force; may be used by any thread.

    Args:
        renders: The renders folder.
    """

    def __init__(self, renders: Path) -> None:
        self._path = renders / FILE
        self._lock = threading.Lock()
        self._values = self._read()

    @property
    def values(self) -> WebUiValues:
        """The options."""
        with self._lock:
            return self._values

    def change(self, changes: Mapping[str, Any]) -> None:
        """Changes options for later requests, and keeps them.

        Raises:
            UserError: A value is not valid; nothing has changed.
            OSError: They cannot be written; nothing has changed.
        """
        with self._lock:
            values = changed(self._values, changes)
            atomic_write(self._path, values.model_dump_json(indent=2).encode())
            self._values = values

    def _read(self) -> WebUiValues:
        if not self._path.exists():
            return WebUiValues()
        try:
            return WebUiValues.model_validate(parse_json(read_text(self._path, _MAX_BYTES)))
        except (UnreadableError, ValueError) as error:
            raise UserError(f"{self._path}: {error}; repair the file, or remove it") from error


def changed(values: WebUiValues, changes: Mapping[str, Any]) -> WebUiValues:
    """Returns options with changes; unknown ones and nulls are ignored.

    Raises:
        UserError: A value is not valid.
    """
    known = {name: value for name, value in changes.items() if name in WebUiValues.model_fields}
    given = {name: value for name, value in known.items() if value is not None}
    try:
        return WebUiValues.model_validate({**values.model_dump(), **given})
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        raise UserError(f"option {name}: {json.dumps(given.get(name))[:100]}: {first['msg']}") from error
