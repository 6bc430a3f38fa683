"""Options of the web UI that a job brings along, as settings of ours in place of the film's own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from animator.errors import Problem
from animator.presets.deforum.conversions import Conversion, Number
from animator.presets.deforum.rows import SWITCH, TEXT
from animator.presets.deforum.table import ROWS
from animator.settings.import_notes import Note, changes, harmless
from animator.settings.subtitle_names import NAMES, SEED

SOURCE = "options_overrides"
"""Place of problems in options."""
_SUBTITLES, _SUBTITLE_NAMES = "deforum_save_gen_info_as_srt", "deforum_save_gen_info_as_srt_params"
_HASH = re.compile(r"\s*\[[0-9a-fA-F]+\]\s*$")


class _Names(Conversion):
    """Names of values that subtitles show."""

    def read(self, value: Any) -> list[str]:
        """Returns those names that there are."""
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            raise ValueError(f"expected a list of names, such as {NAMES[1:4]}")
        known = {name.lower(): name for name in NAMES}
        return [known[name.lower()] for name in value if name.lower() in known]

    def remark(self, value: Any) -> str:
        """Returns which names there are not."""
        unknown = [name for name in value if name.lower() not in map(str.lower, NAMES)]
        more = f" and {len(unknown) - 3} more" if len(unknown) > 3 else ""
        shown = ", ".join(f"{name!r:.40}" for name in unknown[:3])
        return f"subtitles have no {shown}{more}" if unknown else ""


class _Checkpoint(Conversion):
    """Title of a model or VAE, after which web UIs write its hash."""

    def read(self, value: Any) -> str:
        """Returns the name; empty where the host's own is meant."""
        if not isinstance(value, str | None):
            raise ValueError("expected the name of a file")
        name = _HASH.sub("", value or "").strip()
        return "" if name.lower() in ("none", "automatic") else name


@dataclass(frozen=True)
class _Option:
    """One option.

    Attributes:
        conversion: Conversion of its value.
        ours: The setting that it replaces; empty for none.
        schedule: Deforum's schedule that replaces the option while it is on.
        idle: Why it has no effect.
    """

    conversion: Conversion
    ours: str = ""
    schedule: str = ""
    idle: str = ""


_OPTIONS: Mapping[str, _Option] = {
    _SUBTITLES: _Option(SWITCH),
    _SUBTITLE_NAMES: _Option(_Names()),
    "deforum_ffmpeg_crf": _Option(Number(0, 51, whole=True), "output.crf"),
    "deforum_ffmpeg_preset": _Option(TEXT, "output.preset"),
    "deforum_keep_3d_models_in_vram": _Option(SWITCH, idle="models stay loaded for the whole film"),
    "sd_model_checkpoint": _Option(_Checkpoint(), "model"),
    "sd_vae": _Option(_Checkpoint(), "diffusion.vae"),
    "CLIP_stop_at_last_layers": _Option(
        Number(1, 12, whole=True), "diffusion.clip_skip", schedule="clipskip_schedule"
    ),
    "initial_noise_multiplier": _Option(
        Number(0, 10), "diffusion.noise_multiplier", schedule="noise_multiplier_schedule"
    ),
    "eta_ddim": _Option(Number(0, 1), "diffusion.ddim_eta", schedule="ddim_eta_schedule"),
    "eta_ancestral": _Option(Number(0, 1), "diffusion.ancestral_eta", schedule="ancestral_eta_schedule"),
}
SCHEDULES = tuple(option.schedule for option in _OPTIONS.values() if option.schedule)
"""Deforum's schedules of what an option changes, too."""


@dataclass(frozen=True)
class OptionOverrides:
    """What the options of a job change.

    Attributes:
        values: Settings in place of the film's own, such as `{"diffusion.clip_skip": 2}`.
        notes: On options without an effect.
        problems: On values of a wrong type.
    """

    values: Mapping[str, Any]
    notes: tuple[Note, ...] = ()
    problems: tuple[Problem, ...] = ()


def overrides_of(options: Mapping[str, Any] | None, settings: Mapping[str, Any]) -> OptionOverrides:
    """Converts the options of a job.

    Args:
        options: Values by the web UI's names.
        settings: Deforum's settings of the job: a schedule that they switch on precedes an option.
    """
    read: dict[str, Any] = {}
    notes: list[Note] = []
    problems: list[Problem] = []
    for name, value in (options or {}).items():
        option = _OPTIONS.get(name)
        if option is None:
            notes.append(changes(name, "is not an option that is taken over here"))
            continue
        try:
            read[name] = option.conversion.read(value)
        except ValueError as error:
            problems.append(Problem(SOURCE, name, f"is {value!r:.60}; {error}"))
            continue
        if remark := option.conversion.remark(value) or _idle(option, settings):
            notes.append(harmless(name, remark))
    taken = {name: value for name, value in read.items() if not _idle(_OPTIONS[name], settings)}
    values = {_OPTIONS[name].ours: value for name, value in taken.items() if _OPTIONS[name].ours}
    values = {path: value for path, value in values.items() if value != ""}
    return OptionOverrides(values | _subtitles(read), tuple(notes), tuple(problems))


def _idle(option: _Option, settings: Mapping[str, Any]) -> str:
    """Returns why an option has no effect on a film; empty where it has one."""
    gate = ROWS[option.schedule].gate if option.schedule else None
    return f"{option.schedule} is on and replaces it" if gate and gate.is_on(settings) else option.idle


def _subtitles(read: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the setting of subtitles: they are written, if only with their seeds, where they are on."""
    if _SUBTITLES not in read:
        return {}
    return {"output.subtitles": (read.get(_SUBTITLE_NAMES) or [SEED]) if read[_SUBTITLES] else []}
