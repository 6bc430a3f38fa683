"""The files that settings name somewhere within: the pictures of mask expressions and guided images."""

from collections.abc import Iterator, Mapping
from typing import Any

from animator.guide import KeyedImages
from animator.masks.expression import leaves, parse_mask
from schedules import ScheduleError, TextSchedule

_EXPRESSIONS = {
    "mask_schedule": ("use_mask", "use_alpha_as_mask", "use_mask_video"),
    "noise_mask_schedule": ("use_noise_mask",),
}
"""Settings with mask expressions -> the switches that put them to use."""


def named_within(values: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], str]]:
    """Each setting of a preset's plain values that is in use, with each file it names.

    Settings that cannot be read name none; whoever validates them says what is wrong.
    """
    group = values.get("mask")
    mask = group if isinstance(group, Mapping) else {}
    for name, switches in _EXPRESSIONS.items():
        if name in mask and any(mask.get(switch) is True for switch in switches):
            yield from ((("mask", name), path) for path in _mask_files(mask[name]))
    group = values.get("guided")
    guided = group if isinstance(group, Mapping) else {}
    if guided.get("use_looper") is True and "init_images" in guided:
        yield from ((("guided", "init_images"), path) for path in _images(guided["init_images"]))


def _mask_files(source: Any) -> Iterator[str]:
    try:
        trees = [parse_mask(key.text) for key in TextSchedule.parse(source).keys]
    except ScheduleError:
        return
    files = (leaf.text for tree in trees for leaf in leaves(tree) if leaf.kind == "file")
    yield from dict.fromkeys(files)


def _images(source: Any) -> tuple[str, ...]:
    try:
        return KeyedImages.parse(source).paths
    except ScheduleError:
        return ()
