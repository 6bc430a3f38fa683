"""Help about a setting: what it does, what can be given, its default, its name in Deforum."""

from collections.abc import Mapping

from nicegui import ui

from animator.presets.deforum.names import deforum_names
from animator.settings.catalog import Setting
from animator.settings.setting_kinds import SettingKind
from animator.studio.film.form.spelling import spell
from animator.studio.labels import Translate

_KIND_WORDS: Mapping[SettingKind, str] = {
    SettingKind.WHOLE_NUMBER: "whole number",
    SettingKind.NUMBER: "number",
    SettingKind.SIZE: "width and height in pixels",
    SettingKind.TEXTS: "one text in a line",
    SettingKind.FOLDERS: "one folder in a line",
    SettingKind.SCHEDULE: "number, formula or keys by frame such as 0:(1), 30:(1+t/10)",
    SettingKind.TEXT_SCHEDULE: 'text, or texts by frame such as 0:("a"), 30:("b")',
    SettingKind.IMAGES_BY_FRAME: "paths by frame such as {0: a.png, 30: b.png}",
    SettingKind.SCHEDULES_BY_NAME: 'schedules by name such as {name: "0:(1)"}',
    SettingKind.FILES_BY_NAME: "sounds and tables by name such as {music: song.mp3}",
    SettingKind.TIMES_BY_NAME: "seconds by name such as {drop: 62.5}, or the name of a file",
    SettingKind.FILE: "name of a file",
    SettingKind.IMAGE: "name of an image",
    SettingKind.CLIP: "name of a video, or of a folder or pattern of images",
    SettingKind.WEIGHTS: "name of a file of weights",
    SettingKind.MODEL: "name of a model",
    SettingKind.FOLDER: "name of a folder",
    SettingKind.MOVES: "moves such as [dolly_in, {orbit: {speed: 2}}]",
    SettingKind.POINTS_BY_FRAME: "points by frame such as {0: {position: [0, 0, 0]}, 60: ...}",
    SettingKind.POINT: "[right, up, forward]",
    SettingKind.VALUE: "YAML value",
}
"""What can be typed for a kind, where the field does not show it."""


def show_help(setting: Setting, t: Translate) -> None:
    """Builds the help about a setting."""
    if setting.description:
        ui.label(t(setting.description)).classes("studio-wrap")
    with ui.element("dl").classes("form-facts"):
        for name, value in _facts(setting, t):
            with ui.element("dt"):
                ui.label(name)
            with ui.element("dd"):
                ui.label(value).classes("studio-wrap studio-mono")


def _facts(setting: Setting, t: Translate) -> list[tuple[str, str]]:
    kind = _KIND_WORDS.get(setting.kind)
    values = "; ".join(filter(None, (t(kind) if kind else "", range_of(setting))))
    default = spell(setting.kind, setting.default)
    deforum = ", ".join(
        f"{one.name} ({one.switch})" if one.switch else one.name for one in deforum_names(setting.path)
    )
    facts = (
        (t("Values"), values),
        (t("Default"), t("empty") if default == "" else default),
        (t("In the YAML"), setting.path),
        (t("In Deforum"), deforum),
    )
    return [(name, value) for name, value in facts if value]


def range_of(setting: Setting) -> str:
    """Returns the range of a setting's numbers in signs, such as "0 – 1"; empty where there is none."""
    low, high = setting.low, setting.high
    if low is not None and high is not None:
        multiples = (setting.multiple_of * factor for factor in (1, 2, 3)) if setting.multiple_of else ()
        steps = f" ({', '.join(map(str, multiples))}, …)" if setting.multiple_of else ""
        return f"{_number(low)} – {_number(high)}{steps}"
    if low is not None:
        return f"{'>' if setting.low_is_excluded else '≥'} {_number(low)}"
    return f"≤ {_number(high)}" if high is not None else ""


def _number(number: float) -> str:
    return str(int(number)) if float(number).is_integer() else f"{number:g}"
