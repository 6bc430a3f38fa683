"""Converts Deforum's ControlNet units whose module is an IP-Adapter into units of `ip_adapter`."""

from collections.abc import Mapping
from typing import Any

from animator.settings.import_notes import changes

_PREFIXES = ("ip-adapter", "ip_adapter")
_FACES = ("face_id", "faceid", "instant_id")
Pending = list[tuple[Any, str, str]]
"""Notes without the unit's prefix: constructor of the note, setting, message."""


def is_adapter(module: str) -> bool:
    """Returns True for the module of an IP-Adapter."""
    return module.strip().lower().startswith(_PREFIXES)


def is_for_faces(module: str, model: str) -> bool:
    """Returns True for an adapter that recognizes faces by a network that is not available."""
    return any(sign in name.strip().lower() for sign in _FACES for name in (module, model))


def adapter_unit(
    unit: Mapping[str, Any], clip: Mapping[str, Any], source: str, model: str
) -> tuple[dict[str, Any], Pending]:
    """Returns a unit of `ip_adapter`, and notes.

    Args:
        unit: Plain values of Deforum's unit.
        clip: Frame range of its video.
        source: Its video or image, or `frame`.
        model: Its model, without the hash.
    """
    pending: Pending = []
    if is_off := is_for_faces(unit["module"], model):
        message = "recognizes faces by a network that is not available, so the unit is off"
        pending.append((changes, "module", f"{unit['module']} {message}"))
    return {
        "enabled": not is_off,
        "model": model,
        "image": source,
        **{name: unit[name] for name in ("weight", "guidance_start", "guidance_end")},
        **clip,
    }, pending
