"""The catalog describes every setting as validation takes it."""

import subprocess
import sys
from collections.abc import Mapping
from itertools import chain
from math import inf, nextafter
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from animator.presets.resolve_paths import file_settings
from animator.settings import Animation
from animator.settings.catalog import Setting, setting_groups, step_group
from animator.settings.fields import RangedSchedule
from animator.settings.paths import Folders, InputFile
from animator.settings.raw import LISTS
from animator.settings.setting_kinds import Bounds, SettingKind, bounds_of, kind_of
from animator.settings.step import BUILT_IN
from schedules import Prompts, Schedule, Scope

GROUPS = setting_groups()
OF_FILM = [one for group in GROUPS for one in group.settings]
STEPS = {use: step_group(use).settings for use in BUILT_IN}
SETTINGS = [*OF_FILM, *chain.from_iterable(STEPS.values())]
BY_PATH: Mapping[str, Setting] = {one.path: one for one in SETTINGS}
NEEDED = {
    "controlnet": {"model": "a"},
    "ip_adapter": {"model": "a", "image": "a"},
    "steps": {"use": "vignette"},
    "lut": {"file": "a.cube"},
}
"""What an item of a list has to have, and a step besides its name."""
K = SettingKind


def mistakes(setting: Setting, value: object) -> list[ErrorDetails]:
    """Problems of a setting itself that a film with a value of it has; not of its group as a whole."""
    path: tuple[str | int, ...] = (setting.group, setting.name) if setting.group else (setting.name,)
    if setting.group in LISTS:
        values: dict[str, Any] = {setting.group: [{**item_with(setting), setting.name: value}]}
        path = (setting.group, 0, setting.name)
    else:
        values = {setting.group: {setting.name: value}} if setting.group else {setting.name: value}
    try:
        Animation.model_validate(values, context=Scope(frames=3, seed=0, fps=15.0))
    except ValidationError as error:
        return [details for details in error.errors() if details["loc"][: len(path)] == path]
    return []


def item_with(setting: Setting) -> dict[str, str]:
    """An item of a list that needs only this setting more."""
    uses = (use for use, settings in STEPS.items() if any(one is setting for one in settings))
    use = next(uses, "")
    return {**NEEDED[setting.group], **({"use": use, **NEEDED.get(use, {})} if use else {})}


def in_range(setting: Setting) -> list[float]:
    """Numbers at the ends of a setting's range; far away where it has no end."""
    far = 1_000_000
    low = -far if setting.low is None else setting.low
    return [1e-30 if setting.low_is_excluded else low, far if setting.high is None else setting.high]


def out_of_range(setting: Setting) -> list[float]:
    """Numbers beside the ends of a setting's range."""
    step = 1 if setting.kind in (K.WHOLE_NUMBER, K.SIZE) else 0
    below = [] if setting.low is None else [setting.low - 1 if step else nextafter(setting.low, -inf)]
    above = [] if setting.high is None else [setting.high + 1 if step else nextafter(setting.high, inf)]
    return [*below, *above, *([0] if setting.low_is_excluded else [])]


def written(setting: Setting, number: float) -> Any:
    """A number as the setting takes it: a size has it twice."""
    return [number, number] if setting.kind is K.SIZE else number


NUMBERS = [one for one in SETTINGS if one.kind in (K.NUMBER, K.WHOLE_NUMBER, K.SIZE, K.SCHEDULE)]
CHOICES = [one for one in SETTINGS if one.choices]


def test_every_setting_of_a_film_is_there_once() -> None:
    plain = Animation().plain()
    del plain["schema"]
    paths: set[str] = set()
    for name in plain:
        kind = LISTS.get(name) or type(getattr(Animation(), name))
        inner = getattr(kind, "model_fields", None)
        paths |= {f"{name}.{one}" for one in inner} if inner else {name}
    found = [one.path for one in OF_FILM]
    assert sorted(found) == sorted(paths)


def test_a_film_of_all_the_defaults_is_the_film_that_says_nothing() -> None:
    values: dict[str, Any] = {one.name: one.default for one in GROUPS[0].settings}
    for group in GROUPS[1:]:
        if not group.is_list:
            values[group.name] = {one.name: one.default for one in group.settings}
    assert Animation.model_validate(values) == Animation()


@pytest.mark.parametrize("setting", NUMBERS, ids=lambda one: one.path)
def test_the_ends_of_a_range_are_taken(setting: Setting) -> None:
    for number in in_range(setting):
        assert mistakes(setting, written(setting, number)) == []


@pytest.mark.parametrize("setting", NUMBERS, ids=lambda one: one.path)
def test_what_is_just_outside_a_range_is_refused(setting: Setting) -> None:
    for number in out_of_range(setting):
        assert mistakes(setting, written(setting, number)), number


@pytest.mark.parametrize(
    "setting", [one for one in NUMBERS if one.kind is K.SCHEDULE], ids=lambda one: one.path
)
def test_the_range_of_a_schedule_holds_at_every_frame(setting: Setting) -> None:
    inside = in_range(setting)[1]
    for number in out_of_range(setting):
        assert mistakes(setting, {0: inside, 2: number}), number


@pytest.mark.parametrize("path", ["size", "diffusion.seed_resize_from"])
def test_the_sides_of_a_size_are_multiples(path: str) -> None:
    setting = BY_PATH[path]
    assert setting.multiple_of == 8 and setting.low is not None
    assert mistakes(setting, [setting.low + 8, setting.low]) == []
    assert mistakes(setting, [setting.low + 4, setting.low])


@pytest.mark.parametrize("setting", CHOICES, ids=lambda one: one.path)
def test_every_choice_is_taken_and_no_other(setting: Setting) -> None:
    def wrap(value: object) -> object:
        return [value] if setting.kind is K.CHOICES else value

    assert all(mistakes(setting, wrap(choice)) == [] for choice in setting.choices)
    assert mistakes(setting, wrap("no such choice"))


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda one: one.path)
def test_a_default_is_of_the_setting_s_kind(setting: Setting) -> None:
    types: Mapping[SettingKind, type | tuple[type, ...]] = {
        K.SWITCH: bool,
        K.WHOLE_NUMBER: int,
        K.NUMBER: (int, float),
        **dict.fromkeys((K.SIZE, K.TEXTS, K.FOLDERS, K.CHOICES, K.MOVES), list),
        **dict.fromkeys(
            (K.IMAGES_BY_FRAME, K.SCHEDULES_BY_NAME, K.POINTS_BY_FRAME, K.FILES_BY_NAME, K.TIMES_BY_NAME),
            dict,
        ),
        K.SCHEDULE: (int, float, str),
    }
    if setting.kind is K.CHOICE:
        assert setting.default in setting.choices
    elif setting.default is not None:
        assert isinstance(setting.default, types.get(setting.kind, str))
    else:
        assert setting.is_required or mistakes(setting, None) == []


def test_no_setting_of_a_film_is_of_an_unknown_kind() -> None:
    assert [one.path for one in SETTINGS if one.kind is K.VALUE] == []


def test_every_setting_that_names_files_is_of_a_kind_of_files() -> None:
    single = {K.FILE, K.IMAGE, K.CLIP, K.WEIGHTS, K.MODEL, K.FOLDER}
    files = {*single, K.FOLDERS, K.IMAGES_BY_FRAME, K.FILES_BY_NAME, K.TIMES_BY_NAME}
    marked = {".".join(path) for path in file_settings()}
    masks = {"mask.mask_schedule", "mask.noise_mask_schedule", "mask.track"}
    names = {
        "diffusion.text_encoders"
    }  # a list of names, as of models elsewhere, which a form takes as texts
    unmarked = {"signals", "wildcard_folder", "controlnet.model", "controlnet.source", "steps.file"}
    unmarked |= {f"controlnet.preprocessor_{name}" for name in ("model", "detector")}
    unmarked |= {f"ip_adapter.{name}" for name in ("model", "encoder", "image")}
    assert {one.path for one in SETTINGS if one.kind in files} == marked - masks - names | unmarked


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("prompts", K.PROMPTS),
        ("negative_prompt", K.LONG_TEXT),
        ("name", K.TEXT),
        ("model", K.MODEL),
        ("bpm", K.NUMBER),
        ("output.crf", K.WHOLE_NUMBER),
        ("diffusion.tiling", K.CHOICE),
        ("diffusion.sampler", K.TEXT_SCHEDULE),
        ("output.subtitles", K.CHOICES),
        ("sound.soundtrack_path", K.FILE),
        ("steps.use", K.STEP),
        ("steps.amount", K.SCHEDULE),
    ],
)
def test_the_kind_of_a_setting_is_that_of_its_value(path: str, kind: SettingKind) -> None:
    assert BY_PATH[path].kind is kind


@pytest.mark.parametrize(
    ("annotation", "kind"),
    [
        (dict[str, int], K.VALUE),
        (int | str, K.VALUE),
        (int | None, K.WHOLE_NUMBER),
        (Annotated[int, Field(ge=0)] | None, K.WHOLE_NUMBER),
        (dict[str, Annotated[int, Field(ge=0)]], K.VALUE),
        (Literal["a", "b"] | None, K.CHOICE),
        (tuple[str, ...], K.TEXTS),
        (tuple[int, int, int], K.VALUE),
        (tuple[float, ...], K.VALUE),
        (tuple[Literal["a", "b"], ...], K.CHOICES),
        (tuple[int, int], K.SIZE),
        (Folders, K.FOLDERS),
        (InputFile, K.FILE),
        (Annotated[Schedule, RangedSchedule(0.0)], K.SCHEDULE),
        (Prompts, K.PROMPTS),
    ],
)
def test_a_setting_of_another_package_has_the_kind_of_its_annotation(
    annotation: Any, kind: SettingKind
) -> None:
    assert kind_of(FieldInfo.from_annotation(annotation)) is kind


def test_a_range_may_be_that_of_one_kind_of_an_optional_setting() -> None:
    annotation: Any = Annotated[int, Field(ge=1, le=8)] | None
    assert bounds_of(FieldInfo.from_annotation(annotation)) == Bounds(1, 8)


def test_choices_are_values_and_not_texts_of_them() -> None:
    assert BY_PATH["upscaling.factor"].choices == (2, 3, 4)
    assert BY_PATH["diffusion.tiling"].choices == (True, False, "x", "y")


def test_lists_are_marked_and_a_step_has_only_its_own_settings() -> None:
    assert [group.name for group in GROUPS if group.is_list] == ["controlnet", "ip_adapter", "steps"]
    assert [one.name for one in step_group("vignette").settings] == ["amount", "start"]


def test_the_words_of_a_range_say_which_end_is_open() -> None:
    assert BY_PATH["camera.aspect_ratio"].values == "schedule, above 0"
    assert BY_PATH["noise.amount"].values == "schedule, 0 or more"
    assert BY_PATH["bpm"].low_is_excluded and not BY_PATH["fps"].low_is_excluded


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("diffusion.cfg_scale", "CFG scale"),
        ("diffusion.clip_skip", "CLIP skip"),
        ("fps", "FPS"),
        ("motion.rotation_3d_x", "Rotation 3D X"),
        ("controlnet.processor_res", "Processor resolution"),
    ],
)
def test_a_title_is_the_name_in_sentence_case(path: str, title: str) -> None:
    assert BY_PATH[path].title == title


def test_titles_are_different_within_a_group() -> None:
    assert [group.title for group in GROUPS][:2] == ["The film", "Diffusion"]
    for group in GROUPS:
        titles = {one.title for one in group.settings}
        assert len(titles) == len(group.settings)
        assert all("_" not in title and title[:1] == title[:1].upper() for title in (*titles, group.title))


def test_the_catalog_needs_no_torch() -> None:
    code = "import sys, animator.settings.catalog as c; c.setting_groups(); sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
