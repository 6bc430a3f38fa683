"""Text of docs/parameters.md: every parameter with its description, values, default and Deforum's name."""

import inspect
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from animator.models.diffusion.request import Tiling
from animator.presets import yaml_text
from animator.presets.deforum.controlnet_fields import DEFAULTS as UNIT_DEFAULTS
from animator.presets.deforum.features import FEATURES
from animator.presets.deforum.ignored_settings import FORKS, HOST
from animator.presets.deforum.table import ALL_ROWS
from animator.settings import Animation
from animator.settings.choices import OneOf
from animator.settings.explanations import explanations, is_step
from animator.settings.fields import RangedSchedule
from animator.settings.keyed_images import KeyedImages
from animator.settings.step import BUILT_IN, StepSettings, settings_of
from animator.settings.subtitle_values import SubtitleValues
from docs.build.images import SHOWN
from schedules import Prompts, Schedule, TextSchedule

HEAD = """# Parameters
Every parameter of a preset. *This page is generated from the settings by `python -m docs.build`.*

A *schedule* is a number, a text such as `0:(1), 60:(1+0.1*sin(t/10))`, or a mapping `{0: 1, 60: 1.5}`; see
[schedules.md](schedules.md). The parameters of a group are indented below its name: `motion.zoom` is `zoom`
below `motion`. The last column has the name of the same parameter in a Deforum settings file, with the switch
that enables it in brackets; `animator render`, `import` and `export` convert between the two.

Editors complete and check presets by their JSON schema. `animator schema -o preset.schema.json` writes it;
this first line of a preset names it for the YAML extensions of VS Code, Neovim, Emacs and others:
```yaml
# yaml-language-server: $schema=preset.schema.json
```
The schema knows names, kinds of values, choices in the spelling of this page, and ranges of numbers.
`animator check` knows the rest: formulas, files, models, and what settings need of each other.
"""
LINKED = {"output.format": "a format of [film.md](film.md)"}
"""Values that another page lists, by the path of their parameter."""
PARSED: Mapping[type, str] = {
    TextSchedule: "schedule of texts",
    Prompts: "text, or texts by frame",
    KeyedImages: "paths by frame",
    SubtitleValues: "schedules by name",
}
"""What is said of values that are parsed from text, by their class."""
TABLE = "| parameter | what it does | values | default | Deforum |\n|---|---|---|---|---|\n"


def document() -> str:
    """Returns the whole page."""
    parts = [HEAD, _table("The film", "", Animation)]
    for name, field in Animation.model_fields.items():
        if kind := _kind(field):
            many = "" if kind is field.annotation else ", a list"
            parts.append(_table(f"`{name}`{many}", name, kind, inspect.getdoc(kind) or ""))
            parts += _steps() if kind is StepSettings else []
    return "\n".join([*parts, _unsupported()])


def undocumented() -> tuple[str, ...]:
    """Returns the parameters without a docstring below them."""
    return tuple(path for path, kind, name in _parameters() if not explanations(kind).get(name))


def _parameters() -> Iterator[tuple[str, type[BaseModel], str]]:
    """Yields path, class of the group and name of every parameter."""
    for name, field in Animation.model_fields.items():
        if kind := _kind(field):
            yield from ((f"{name}.{inner}", kind, inner) for inner in kind.model_fields)
        else:
            yield name, Animation, name
    for step in BUILT_IN:
        kind = settings_of(step)
        yield from ((f"{step}: {name}", kind, name) for name in kind.model_fields)


def _kind(field: FieldInfo) -> type[BaseModel] | None:
    """Returns the class of a group, or of the groups in a list; None for a plain setting."""
    kinds = [field.annotation, *get_args(field.annotation)]
    plain = (get_args(kind)[0] if get_origin(kind) is Annotated else kind for kind in kinds)
    return next((kind for kind in plain if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


def _steps() -> list[str]:
    """Returns a table for each built-in step."""
    return [
        _table(f"`use: {name}`", "", settings_of(name), inspect.getdoc(settings_of(name)) or "", level="###")
        for name in BUILT_IN
    ]


def _table(title: str, group: str, kind: type[BaseModel], intro: str = "", level: str = "##") -> str:
    shared = StepSettings.model_fields if is_step(kind) else ()
    texts = explanations(kind)
    rows = [
        _row(f"{group}.{name}" if group else name, field, texts.get(name, ""))
        for name, field in kind.model_fields.items()
        if not _kind(field) and name not in shared
    ]
    images = "".join(
        f"\n![{caption}](pictures/{name})\n*{caption}*\n" for name, caption in SHOWN.get(group, ())
    )
    head = f"{level} {title}\n{intro}\n\n" if intro else f"{level} {title}\n"
    return f"{head}{TABLE}" + "\n".join(rows) + f"\n{images}"


def _row(path: str, field: FieldInfo, text: str) -> str:
    values = LINKED.get(path) or _values(field)
    cells = [f"`{path.split('.')[-1]}`", text, values, _default(field), _deforum(path)]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _values(field: FieldInfo) -> str:
    """Returns the type or the permitted values of a parameter."""
    default = field.get_default(call_default_factory=True)
    if isinstance(default, Schedule):
        numbers = next(
            (kind for kind in field.metadata if isinstance(kind, RangedSchedule)), RangedSchedule()
        )
        return f"schedule{_range(numbers.low, numbers.high)}"
    if type(default) in PARSED:
        return PARSED[type(default)]
    names = _choices(field)
    if names:
        return ", ".join(names)
    low = next((getattr(m, name) for m in field.metadata for name in ("ge", "gt") if hasattr(m, name)), None)
    high = next((getattr(m, name) for m in field.metadata for name in ("le", "lt") if hasattr(m, name)), None)
    return _plain_kind(field.annotation) + _range(low, high)


def _plain_kind(annotation: Any) -> str:
    if annotation is bool:
        return "true, false"
    if annotation == Tiling:
        return "true, false, x, y"
    inner = next((kind for kind in (annotation, *get_args(annotation)) if get_origin(kind) is tuple), None)
    if inner is not None:
        return "list" if Ellipsis in get_args(inner) else _sides(inner)
    names = {int: "whole number", float: "number", str: "text"}
    kinds = [names[kind] for kind in (annotation, *get_args(annotation)) if kind in names]
    return kinds[0] if kinds else "value"


def _sides(pair: Any) -> str:
    """Returns the permitted values of a width and a height."""
    low, high, step = (
        next(getattr(mark, name) for mark in get_args(get_args(pair)[0])[1].metadata if hasattr(mark, name))
        for name in ("ge", "le", "multiple_of")
    )
    return f"two whole numbers, multiples of {step}, {low} to {high}"


def _choices(field: FieldInfo) -> list[str]:
    annotation = field.annotation
    if chosen := next((kind for kind in field.metadata if isinstance(kind, OneOf)), None):
        return list(chosen.names)
    if get_origin(annotation) is Literal:
        return [str(value) for value in get_args(annotation)]
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return [str(member.value) for member in annotation]
    return []


def _range(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return ""
    if low is not None and 0 < low < 1e-30:
        return ", above 0"
    if high is None:
        return f", {_format_number(low)} or more"
    return (
        f", {_format_number(low)} to {_format_number(high)}"
        if low is not None
        else f", up to {_format_number(high)}"
    )


def _format_number(number: float | None) -> str:
    return str(int(number)) if number is not None and float(number).is_integer() else f"{number:g}"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, Schedule | TextSchedule | Prompts | KeyedImages | SubtitleValues):
        value = value.source
    if isinstance(value, Enum):
        value = value.value
    plain = list(value) if isinstance(value, tuple) else value
    text = yaml_text.dump({"x": plain}).removeprefix("x:").strip()
    return "`" + (str(plain) if isinstance(plain, list) else text) + "`"


def _deforum(path: str) -> str:
    group, _, name = path.rpartition(".")
    if group == "controlnet":
        theirs = {"source": "vid_path"}.get(name, name)
        return f"`cn_1_{theirs}`" if theirs in UNIT_DEFAULTS else ""
    sides = (path, f"{path}.0", f"{path}.1")
    names = []
    for row in ALL_ROWS:
        if row.ours in sides:
            switch = f" (`{row.gate.switch}`)" if row.gate else ""
            names.append(f"`{row.name}`{switch}")
    return ", ".join(names)


def _unsupported() -> str:
    lines = ["## Deforum's settings that are not supported", ""]
    for feature in (*FEATURES, *FORKS, *HOST):
        names = ", ".join(f"`{name}`" for name in dict.fromkeys((*feature.switches, *feature.settings)))
        more = ", ".join(f"`{name}{'...' if name.endswith('_') else ''}`" for name in feature.also)
        without = f"Without it {feature.loss}." if feature.loss else "Changes no frame."
        lines.append(f"- **{feature.name}**: {', '.join(filter(None, (names, more)))}. {without}")
    return "\n".join(lines) + "\n"
