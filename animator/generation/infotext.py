"""Infotexts of images: written in A1111's form, and read back as settings."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from animator._version import __version__
from animator.generation.control_fields import unit_texts, units_in
from animator.generation.infotext_fields import (
    ALWAYS,
    FIELDS,
    HIRES_SETTINGS,
    MASK_SETTINGS,
    SWITCHES,
    UNUSED,
    shown,
    stem_of,
    truth,
)
from animator.generation.settings import ImageSettings
from animator.models.diffusion.samplers.registry import split_sampler
from animator.presets.infotext import Infotext
from animator.presets.infotext_fields import number
from schedules import PromptFrame

_DEFAULTS = ImageSettings()
_DIGITS = 10
_APART = ("Sampler", "Schedule type", "Model", "VAE", "Denoising strength", "Hires schedule type")
_SAMPLERS = (
    ("Sampler", "Schedule type", "sampler"),
    ("Hires sampler", "Hires schedule type", "hires.sampler"),
)
_USE_SAME = "use same"
_FACES = "face_restoration.model"
_MODELS = ("refiner.model", "hires.model", _FACES)


def infotext_of(settings: ImageSettings, prompt: PromptFrame, model_hash: str = "") -> str:
    """Returns the infotext of an image.

    Args:
        settings: With size, steps, guidance scale and seeds.
        prompt: The prompts, styles applied.
        model_hash: Short hash of the model's file; empty if it is not known.
    """
    sampler, schedule = split_sampler(settings.sampler)
    written = {field.name: field.write(value) for field, value in _worth_writing(settings)}
    first = {"Steps": written.pop("Steps"), "Sampler": sampler, "Schedule type": schedule}
    for name in ("CFG scale", "Seed", "Size"):
        first[name] = written.pop(name)
    hires_sampler, hires_schedule = split_sampler(settings.hires.sampler if settings.hires.acts else "")
    fields = {
        **first,
        "Model hash": model_hash,
        "Model": stem_of(settings.model),
        "VAE": stem_of(settings.vae),
        "Denoising strength": _denoising(settings),
        **written,
        "Hires sampler": hires_sampler,
        "Hires schedule type": hires_schedule,
        **{name: "True" for name, group in SWITCHES.items() if getattr(settings, group) is not None},
        **unit_texts(settings),
        "Version": f"animator {__version__}",
    }
    texts = {name: text for name, text in fields.items() if text}
    return Infotext(prompt.positive.strip(), prompt.negative.strip(), texts).text


@dataclass(frozen=True)
class Recorded:
    """The settings in an infotext.

    Attributes:
        values: The settings by their paths, such as `hires.scale`.
        notes: What is not taken over, as sentences.
    """

    values: Any
    notes: tuple[str, ...]


def settings_in(infotext: Infotext, is_model: Callable[[str], bool]) -> Recorded:
    """Returns the settings in an infotext.

    Args:
        infotext: Of an image of A1111 or of ours.
        is_model: Tells whether there is a model of a name.
    """
    fields = {name: text for name, text in infotext.fields.items() if not _is_same(text)}
    values: dict[str, Any] = {"prompt": infotext.positive, "negative_prompt": infotext.negative}
    values |= {name: {} for field, name in SWITCHES.items() if truth(fields.get(field, "")) is True}
    values |= {field.setting: field.read(fields[field.name]) for field in FIELDS if field.name in fields}
    if _FACES in values:
        values["face_restoration.enabled"] = True
    if "Mask blur" in fields:
        values.setdefault("mask.full_res", False)  # A1111 leaves out what is the whole picture
    for name, schedule_name, setting in _SAMPLERS:
        if sampler := fields.get(name):
            schedule = fields.get(schedule_name, "Automatic")
            values[setting] = sampler if schedule == "Automatic" else f"{sampler} {schedule}"
    if "Denoising strength" in fields:
        is_hires = any(setting in values for setting in HIRES_SETTINGS)
        values["hires.strength" if is_hires else "init.strength"] = _kept(fields["Denoising strength"])
    values |= units_in(fields)
    values |= _inner_size(values)
    models = {"Model": "model", "VAE": "vae"}
    known = {setting: fields[name] for name, setting in models.items() if is_model(fields.get(name, ""))}
    lacking = [fields[name] for name, setting in models.items() if name in fields and setting not in known]
    return Recorded({**values, **known}, tuple(_notes(fields, lacking)))


def _worth_writing(settings: ImageSettings) -> Iterator[tuple[Any, Any]]:
    """Yields the fields of an image with their values: those that differ from the defaults, and act."""
    for field in FIELDS:
        value = _value(settings, field.setting)
        acts = field.setting in ALWAYS or (value is not None and value != _value(_DEFAULTS, field.setting))
        if field.setting in MASK_SETTINGS:
            acts = bool(settings.mask.image)
        elif field.setting in HIRES_SETTINGS:
            is_sampler = field.setting == "hires.sampler"  # is written with its schedule type
            acts = settings.hires.acts and value not in (None, "", 0) and not is_sampler
            acts = acts and not (field.setting == "hires.scale" and settings.hires.size)
        elif field.setting == "subseed":
            acts = settings.subseed_strength > 0
        elif field.setting.startswith("face_restoration."):
            acts = settings.face_restoration.enabled and (acts or field.setting == _FACES)
        elif field.setting == "refiner.share":
            acts = bool(settings.refiner.model)
        if acts:
            yield field, stem_of(value) if field.setting in _MODELS else value


def _value(settings: ImageSettings, path: str) -> Any:
    value: Any = settings
    for name in path.split("."):
        value = None if value is None else getattr(value, name)
    return value


def _denoising(settings: ImageSettings) -> str:
    if not (settings.hires.acts or settings.init.image):
        return ""
    kept = settings.hires.strength if settings.hires.acts else settings.init.strength
    return shown(round(1 - kept, _DIGITS))


def _kept(denoising: str) -> Any:
    strength = number(denoising)
    return strength if isinstance(strength, str) else round(1 - strength, _DIGITS)


def _inner_size(values: dict[str, Any]) -> dict[str, Any]:
    """Returns the size of the image inside of the canvas, whose size an infotext has."""
    size = values.get("size")
    sides = [values.get(f"outpaint.{side}", 0) for side in ("left", "right", "top", "bottom")]
    if not (isinstance(size, list) and any(sides) and all(isinstance(side, int) for side in sides)):
        return {}
    return {"size": [size[0] - sides[0] - sides[1], size[1] - sides[2] - sides[3]]}


def _is_same(text: str) -> bool:
    """Returns True for a value of the second pass that stands for that of the first."""
    return text.strip().lower().startswith(_USE_SAME)


def _notes(fields: dict[str, str], lacking: list[str]) -> Iterator[str]:
    if lacking:
        yield f"the image was generated with {' and '.join(lacking)}, which is not in the model folders"
    taken = {field.name for field in FIELDS} | {*SWITCHES, *UNUSED, *_APART}
    rest = [name[:40] for name in fields if name not in taken and not name.startswith("ControlNet ")]
    if rest:
        more = f" and {len(rest) - 20} more" if len(rest) > 20 else ""
        yield f"is not taken over: {', '.join(rest[:20])}{more}"
