"""What a line of the mapping between Deforum's settings and ours is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from animator.presets.deforum.conversions import Choice, Conversion, Curve, Switch, Words
from animator.settings.choices import OFF

CURVE, SWITCH, WORDS, PLAIN = Curve(), Switch(), Words(), Conversion()
FLOW = Choice(
    {"None": OFF, "DIS": "DIS Medium"}
    | {name: name for name in ("RAFT", "DIS Medium", "DIS Fine", "Farneback")}
)


@dataclass(frozen=True)
class EnableFlag:
    """A switch that a setting depends on.

    Attributes:
        switch: Deforum's name of the switch.
        plain: The setting that counts while it is off; empty: `value` does.
        value: The value that counts while it is off.
        on: What the switch says when it is on.
        default: Deforum's default of the switch; None where it is a setting with a line of its own.
        follows: True where the setting matters only together with another one behind the same switch.
    """

    switch: str
    plain: str = ""
    value: Any = None
    on: Any = True
    default: Any = False
    follows: bool = False

    def is_on(self, settings: Mapping[str, Any]) -> bool:
        """True where the switch is on."""
        return str(settings.get(self.switch, self.default)).strip().lower() == str(self.on).lower()


@dataclass(frozen=True)
class Row:
    """One setting on both sides.

    Attributes:
        name: Deforum's name.
        default: Deforum's default.
        ours: The path in a preset, such as `motion.zoom`; `size.0` is the width.
        conversion: How the values become each other.
        gate: The switch it depends on, if any.
    """

    name: str
    default: Any
    ours: str
    conversion: Conversion = CURVE
    gate: EnableFlag | None = None
