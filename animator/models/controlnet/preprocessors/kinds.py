"""Names and thresholds of the preprocessors, ours and those of the ControlNet extension for A1111.

Imports no torch: settings, forms and the importer read them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

Thresholds = tuple[float | None, float | None]
"""Threshold A and B of a unit; None for the preprocessor's default."""


@dataclass(frozen=True)
class Threshold:
    """A number of a preprocessor.

    Attributes:
        title: What it is called in forms; the extension's title where it has the same number.
        default: Value if none is given.
        lowest: Least sensible value.
        highest: Greatest sensible value.
        is_shared: True if the extension's preprocessor has the same number; False keeps the numbers of its
            files, which mean something else, away.
    """

    title: str
    default: float
    lowest: float
    highest: float
    is_shared: bool = True


@dataclass(frozen=True)
class Kind:
    """A preprocessor, as data.

    Attributes:
        names: The extension's names for the same, the one to write first.
        similar: Beginnings of the extension's names for those that it may stand for; most of them are
            networks.
        thresholds: Threshold A and B, where it has them.
        needs_depth: True if it asks for a depth network.
        is_preprocessor: False for what is no preprocessor but is chosen like one.
        has_resolution: True if the extension lets one choose the size at which it works.
    """

    names: tuple[str, ...]
    similar: tuple[str, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    needs_depth: bool = False
    has_resolution: bool = True
    is_preprocessor: bool = True

    def values(self, given: Thresholds) -> tuple[float, ...]:
        """Returns the value of each of its thresholds; defaults for those not given."""
        pairs = zip(self.thresholds, given, strict=False)  # it may have fewer than two
        return tuple(threshold.default if value is None else value for threshold, value in pairs)


_SAFE_STEPS = Threshold("Safe Steps", 0, 0, 10)

KINDS: Mapping[str, Kind] = {
    "none": Kind(("none",), has_resolution=False),
    "canny": Kind(
        ("canny",),
        thresholds=(Threshold("Low Threshold", 100, 1, 255), Threshold("High Threshold", 200, 1, 255)),
    ),
    "lineart": Kind(
        ("lineart_standard (from white bg & black line)", "lineart_standard"),
        ("lineart",),
        (
            Threshold("Line Width", 1, 0.3, 8, is_shared=False),
            Threshold("Intensity Threshold", 5, 0, 64, is_shared=False),
        ),
    ),
    "scribble": Kind(
        ("scribble_xdog",),
        ("scribble", "fake_scribble", "pidinet_scribble", "t2ia_sketch"),
        (Threshold("XDoG Threshold", 32, 1, 64),),
    ),
    "softedge": Kind(("softedge",), ("softedge", "hed", "pidinet", "teed"), (_SAFE_STEPS,)),
    "mlsd": Kind(
        ("mlsd",),
        thresholds=(
            Threshold("Least Contrast", 0.1, 0.01, 1, is_shared=False),
            Threshold("Least Length", 5, 0.5, 50, is_shared=False),
        ),
    ),
    "depth": Kind(("depth_midas", "depth"), ("depth_",), needs_depth=True),
    "normal": Kind(
        ("normal_midas", "normal_map"),
        ("normal",),
        (Threshold("Normal Background Threshold", 0.4, 0, 1),),
        needs_depth=True,
    ),
    "depth_pro": Kind(("depth_pro",), thresholds=(Threshold("Nearest Meters", 0, 0, 1000, is_shared=False),)),
    "openpose": Kind(
        ("openpose",),
        ("openpose_", "dw_openpose"),
        (
            Threshold("Least Score of Points", 0.3, 0, 1, is_shared=False),
            Threshold("Least Score of People", 0.5, 0, 1, is_shared=False),
        ),
    ),
    "segmentation": Kind(("seg_ofade20k",), ("seg_", "segmentation")),
    "recolor": Kind(
        ("recolor_luminance",),
        ("recolor",),
        (Threshold("Gamma Correction", 1, 0.1, 2),),
        has_resolution=False,
    ),
    "shuffle": Kind(
        ("shuffle",),
        thresholds=(Threshold("Seed", 0, 0, 1000, is_shared=False),),
        has_resolution=False,
    ),
    "invert": Kind(("invert (from white bg & black line)", "invert"), has_resolution=False),
    "threshold": Kind(("threshold",), ("binary",), (Threshold("Binarization Threshold", 127, 0, 255),)),
    "tile": Kind(
        ("tile_resample",), ("tile",), (Threshold("Down Sampling Rate", 1, 1, 8),), has_resolution=False
    ),
    "blur": Kind(("blur_gaussian",), ("blur",), (Threshold("Sigma", 9, 0.01, 64),), has_resolution=False),
    "reference_only": Kind(
        ("reference_only",),
        ("reference_",),
        (Threshold("Style Fidelity", 0.5, 0, 1),),
        has_resolution=False,
        is_preprocessor=False,
    ),
}
"""What a unit's module may be, by the names that presets have."""
PREPROCESSORS: Mapping[str, Kind] = {name: kind for name, kind in KINDS.items() if kind.is_preprocessor}
"""The preprocessors among them; `find` has the function of each."""


@dataclass(frozen=True)
class Match:
    """One of our preprocessors for a name of the extension.

    Attributes:
        module: Its name here.
        is_same: True if it does what that of the extension does, False if it only may stand for it.
    """

    module: str
    is_same: bool


def match_module(name: str) -> Match | None:
    """Returns our preprocessor for a name of the extension, or for one of ours; None if there is none.

    Args:
        name: In any case; empty stands for none.
    """
    plain = name.strip().lower() or "none"
    for module, kind in KINDS.items():
        if plain == module or plain in kind.names:
            return Match(module, is_same=True)
    similar = (module for module, kind in KINDS.items() if plain.startswith(kind.similar or ("\0",)))
    return next((Match(module, is_same=False) for module in similar), None)


def modules_with_threshold(number: int) -> tuple[str, ...]:
    """Returns the modules that have a threshold A (0) or B (1)."""
    return tuple(module for module, kind in KINDS.items() if len(kind.thresholds) > number)


def modules_of_depth() -> tuple[str, ...]:
    """Returns the names of the preprocessors that need a depth network."""
    return tuple(module for module, kind in KINDS.items() if kind.needs_depth)
