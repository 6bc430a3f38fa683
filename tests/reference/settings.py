"""The reference's cases l (subtitles) and p (deprecated settings), mapped onto this project's code."""

from typing import Any


def srt(case: dict[str, Any]) -> str:
    from animator.presets.deforum import import_settings
    from animator.presets.deforum.table import SWITCHES
    from animator.presets.subtitles import Caption, value_columns
    from animator.presets.subtitles import srt as srt_text
    from animator.settings import Animation

    frames, names = case["max_frames"], case["params_to_print"]
    film = {"max_frames": frames, "fps": case["fps"], "seed": case["seed"], "legacy_colormatch": False}
    switches = dict.fromkeys(SWITCHES, True)
    imported = import_settings({**film, **switches, **case["schedules_changed_from_default"]}, case["id"])
    columns = value_columns(Animation.model_validate(imported.values), names)
    captions = []
    for frame in range(frames):
        values = [(short, column[frame]) for short, column in columns.items()]
        prompt = [("Prompt", f" prompt {frame} --neg ")] if "Prompt" in names else []
        captions.append(Caption(frame, case["cadence_text"], case["seed"], [*values, *prompt]))
    return srt_text(captions, case["fps"])


def deprecated_settings(settings: dict[str, Any]) -> dict[str, Any]:
    from animator.presets.deforum.versions import replace_deprecated

    return replace_deprecated(settings)
