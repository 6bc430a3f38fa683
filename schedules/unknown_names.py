"""Advice on names that formulas do not know: misspelled ones, and those of other programs."""

import re
from collections.abc import Collection

from schedules.easing import EASINGS
from schedules.suggest import suggestion

_ALIASES = {
    "frame": "t", "i": "t", "x": "t", "n": "t", "time": "t", "frames": "max_f", "max_frames": "max_f",
    "seed": "s",
    "asin": "arcsin", "acos": "arccos", "atan": "arctan", "atan2": "arctan2", "ln": "log", "power": "pow",
    "absolute": "abs", "rint": "round", "fabs": "abs", "sgn": "sign", "if": "where",
    "average": "smooth", "avg": "smooth", "blur": "smooth", "lowpass": "smooth", "envelope": "decay",
    "follow": "decay", "release": "decay", "lag": "delay", "shift": "delay", "onsets": "peak",
    "sawtooth": "saw", "triangle": "tri", "sq": "square", "lfo": "tri", "noise": "wiggle", "perlin": "wiggle",
    "rand": "wiggle", "random": "wiggle", "map": "remap", "fit": "remap", "lerp": "remap", "scale": "remap",
    "smoothstep": "ease", "integrate": "integral", "cumsum": "integral", "accumulate": "integral",
    "derivative": "diff", "slope": "diff", "latch": "held", "sample": "held",
}  # fmt: skip
_NODE_INPUT = re.compile(r"pw_[a-z]")


def advice(name: str, known: Collection[str], *, called: bool = False) -> str:
    """Returns what to write instead of an unknown name.

    Args:
        name: The unknown name.
        known: The names that exist.
        called: True for the name of a function.
    """
    alias = _ALIASES.get(name.lower())
    question = suggestion(alias if alias is not None and alias in known else name, known)
    if question:
        return question
    if _NODE_INPUT.fullmatch(name):
        return f"{name} is an input of FizzNodes' node; write its formula in its place"
    if called:
        listed = sorted(set(known) - EASINGS.keys())
        return f"known functions: {', '.join(listed)}, and the easings, such as ease_in_out"
    return "known names: " + ", ".join(known)
