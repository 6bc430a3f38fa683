"""ControlNet units in `alwayson_scripts`, as clients of the ControlNet extension send them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any

from fastapi import HTTPException
from pydantic import BeforeValidator, Field, ValidationError

from animator.generation.control_fields import CONTROL_MODES, CONTROL_RESIZES
from animator.models.controlnet.preprocessors.kinds import KINDS, PREPROCESSORS, match_module
from animator.presets.deforum.ip_adapter import is_adapter, is_for_faces
from animator.server.errors import RequestError
from animator.server.images.request_files import RequestFiles, decode_image
from animator.server.sdapi.bodies import GenerationBody, LenientBody
from animator.settings.controlnet import MOST_UNITS, REFERENCE

SCRIPT = "controlnet"


def _spellings(names: Mapping[str, str], numbered: Sequence[str]) -> dict[str, str]:
    """Returns what a choice may be called -> its setting: by its name in lower case, or its number."""
    by_name = {names[setting].lower(): setting for setting in numbered}
    return by_name | {str(number): setting for number, setting in enumerate(numbered)}


_RESIZE_MODES = {
    **_spellings(CONTROL_RESIZES, ("stretch", "crop", "pad")),
    "resize": "stretch",
    "scale to fit (inner fit)": "crop",
    "inner fit (scale to fit)": "crop",
    "envelope (outer fit)": "pad",
    "outer fit (shrink to fit)": "pad",
}
_TASKS = {
    "unknown": "none",
    "openpose": "openpose",
    "depth": "depth",
    "soft edge": "softedge",
    "hard edge": "canny",
    "normal map": "normal",
    "segmentation": "segment",
    "tile": "tile",
    "inpaint": "repaint",
}
"""The extension's names for what control images of a union ControlNet show."""
_CONTROL_MODES = _spellings(CONTROL_MODES, ("balanced", "prompt", "control"))


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _image(value: Any) -> Any:
    """Returns the image of a unit, which some clients send as an object with its mask."""
    return value.get("image") if isinstance(value, dict) else value


class ControlUnitBody(LenientBody):
    """A unit, as the extension's API takes it."""

    enabled: bool = True
    module: str = "none"
    model: str = "None"
    weight: Annotated[float, Field(ge=0, le=10)] = 1.0
    image: Annotated[str | None, BeforeValidator(_image)] = None
    input_image: Annotated[str | None, BeforeValidator(_image)] = None
    resize_mode: Annotated[str, BeforeValidator(_text)] = "Crop and Resize"
    processor_res: Annotated[int, Field(le=8192)] = -1
    threshold_a: float = -1
    threshold_b: float = -1
    guidance_start: Annotated[float, Field(ge=0, le=1)] = 0.0
    guidance_end: Annotated[float, Field(ge=0, le=1)] = 1.0
    control_mode: Annotated[str, BeforeValidator(_text)] = "Balanced"
    effective_region_mask: str | None = None
    union_control_type: Annotated[str, BeforeValidator(_text)] = "Unknown"

    @property
    def has_model(self) -> bool:
        """True if it names a model."""
        return self.model.strip().lower() not in ("", "none")

    @property
    def model_name(self) -> str:
        """The model's name, without the hash behind it."""
        return self.model.partition(" [")[0]


def unit_settings(body: GenerationBody, files: RequestFiles) -> dict[str, list[dict[str, Any]]]:
    """Returns the settings `controlnet` and `ip_adapter` of a request.

    Raises:
        HTTPException: 422 where `alwayson_scripts` names another script.
        UserError: A unit is not as expected, or its image cannot be decoded.
    """
    units: dict[str, list[dict[str, Any]]] = {"controlnet": [], "ip_adapter": []}
    for script, given in body.alwayson_scripts.items():
        if script.lower() != SCRIPT:
            raise HTTPException(422, f"always on script {script:.100} not found")
        for index, unit in enumerate(_args(given)):
            parsed = _parsed(unit, index)
            if not parsed.enabled:
                continue
            if is_adapter(parsed.module):
                units["ip_adapter"].append(_adapter(parsed, index, files))
            elif parsed.has_model or _is_reference(parsed.module):
                units["controlnet"].append(_settings(parsed, index, files))
    return units


def module_of(name: str, known: Collection[str] = PREPROCESSORS.keys()) -> str:
    """Returns a preprocessor by a name of the extension, such as `depth_midas`.

    Args:
        name: The name.
        known: Those that may be meant.

    Raises:
        RequestError: It is none of them.
    """
    match = match_module(name)
    if match is None or match.module not in known:
        raise RequestError(
            "/alwayson_scripts",
            f"preprocessor {name!r:.100}: is not here; expected one of {', '.join(known)}",
        )
    return match.module


def _args(given: Any) -> list[Any]:
    args = given.get("args", []) if isinstance(given, dict) else given
    args = [args] if isinstance(args, dict) else args
    if not isinstance(args, list) or len(args) > MOST_UNITS:
        raise RequestError("/alwayson_scripts", f"expected args with at most {MOST_UNITS} ControlNet units")
    return args


def _parsed(unit: Any, index: int) -> ControlUnitBody:
    try:
        return ControlUnitBody.model_validate(unit)
    except ValidationError as error:
        first = error.errors()[0]
        place = "/".join(map(str, ("", "alwayson_scripts", SCRIPT, "args", index, *first["loc"])))
        raise RequestError(place, f"{place}: {first['msg']}") from error


def _is_reference(module: str) -> bool:
    match = match_module(module)
    return match is not None and match.module == REFERENCE


def _adapter(unit: ControlUnitBody, index: int, files: RequestFiles) -> dict[str, Any]:
    name = unit.model_name
    if not unit.has_model or is_for_faces(unit.module, name):
        missing = "has no model; expected an IP-Adapter of /controlnet/model_list"
        faces = "recognizes faces by a network that is not available; use one with plus-face in its name"
        text = faces if unit.has_model else missing
        place = f"/alwayson_scripts/{SCRIPT}/args/{index}/model"
        raise RequestError(place, f"{place}: {text}")
    image = _saved(unit.image or unit.input_image, files)
    return {
        "model": name,
        "images": [image] if image else [],
        "weight": unit.weight,
        "start": unit.guidance_start,
        "end": unit.guidance_end,
        "mask": _saved(unit.effective_region_mask, files),
    }


def _settings(unit: ControlUnitBody, index: int, files: RequestFiles) -> dict[str, Any]:
    image = unit.image or unit.input_image
    return {
        "model": "" if _is_reference(unit.module) else unit.model_name,
        "module": module_of(unit.module, KINDS.keys()),
        "weight": unit.weight,
        "image": _saved(image, files),
        "mask": _saved(unit.effective_region_mask, files),
        "resize": _choice(_RESIZE_MODES, unit.resize_mode, f"resize_mode of unit {index}"),
        "processor_res": max(0, unit.processor_res),
        "threshold_a": threshold(unit.threshold_a),
        "threshold_b": threshold(unit.threshold_b),
        "start": unit.guidance_start,
        "end": unit.guidance_end,
        "task": _choice(_TASKS, unit.union_control_type, f"union_control_type of unit {index}"),
        "control_mode": _choice(_CONTROL_MODES, unit.control_mode, f"control_mode of unit {index}"),
    }


def _saved(image: str | None, files: RequestFiles) -> str:
    """Returns the path of an image of the request; empty for none."""
    return files.add(decode_image(image).over_black) if image else ""


def threshold(value: float) -> float | None:
    """Returns a threshold; None for a negative one, which stands for the preprocessor's own."""
    return None if value < 0 else value


def _choice(known: dict[str, str], value: str, what: str) -> str:
    if value.strip().lower() not in known:
        raise RequestError(
            "/alwayson_scripts", f"{what}: is {value!r:.60}; expected one of {', '.join(known)}"
        )
    return known[value.strip().lower()]
