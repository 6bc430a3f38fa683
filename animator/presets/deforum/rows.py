"""One row of the mapping between Deforum's settings and ours."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from animator.presets.deforum.conversions import Choice, Conversion, PlainText, ScheduleSource, Switch
from animator.settings.choices import OFF

SCHEDULE, SWITCH, TEXT, PLAIN = ScheduleSource(), Switch(), PlainText(), Conversion()
FLOW = Choice(
    {"None": OFF, "DIS": "DIS Medium"}
    | {name: name for name in ("RAFT", "DIS Medium", "DIS Fine", "Farneback")}
)


@dataclass(frozen=True)
class EnableFlag:
    """Deforum's switch that enables a setting.

    Attributes:
        switch: Deforum's name of the switch.
        plain: The setting that applies while it is off; empty if `value` applies.
        value: The value that applies while it is off.
        on: Value of the switch when it is on.
        default: Deforum's default of the switch; None if it is a setting with a row of its own.
        follows: True if the setting has an effect only together with another one of the same switch.
    """

    switch: str
    plain: str = ""
    value: Any = None
    on: Any = True
    default: Any = False
    follows: bool = False

    def is_on(self, settings: Mapping[str, Any]) -> bool:
        """Returns True if the switch is on."""
        return str(settings.get(self.switch, self.default)).strip().lower() == str(self.on).lower()


@dataclass(frozen=True)
class Row:
    """One setting on both sides.

    Attributes:
        name: Deforum's name.
        default: Deforum's default.
        ours: The path in a preset, such as `motion.zoom`; `size.0` is the width.
        conversion: Conversion between the values of the two sides.
        gate: The switch that enables it, if any.
    """

    name: str
    default: Any
    ours: str
    conversion: Conversion = SCHEDULE
    gate: EnableFlag | None = None
