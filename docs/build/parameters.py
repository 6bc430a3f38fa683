"""Text of docs/parameters.md: every parameter with its description, values, default and Deforum's name."""

from animator.presets import yaml_text
from animator.presets.deforum.features import FEATURES
from animator.presets.deforum.ignored_settings import FORKS, HOST
from animator.presets.deforum.names import deforum_names
from animator.settings.catalog import Setting, SettingGroup, setting_groups, step_group
from animator.settings.step import BUILT_IN
from docs.build.images import SHOWN

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
TABLE = "| parameter | what it does | values | default | Deforum |\n|---|---|---|---|---|\n"


def document() -> str:
    """Returns the whole page."""
    film, *groups = setting_groups()
    parts = [HEAD, f"## {film.title}\n{_table(film)}"]
    for group in groups:
        many = ", a list" if group.is_list else ""
        parts.append(f"## `{group.name}`{many}\n{group.description}\n\n{_table(group)}{_images(group)}")
        if group.name == "steps":
            parts += [
                f"### `use: {step.name}`\n{step.description}\n\n{_table(step)}" for step in _built_in_steps()
            ]
    return "\n".join([*parts, _unsupported()])


def undocumented() -> tuple[str, ...]:
    """Returns the parameters without a docstring below them."""
    groups = (*setting_groups(), *_built_in_steps())
    return tuple(one.path for group in groups for one in group.settings if not one.description)


def _built_in_steps() -> tuple[SettingGroup, ...]:
    return tuple(map(step_group, BUILT_IN))


def _table(group: SettingGroup) -> str:
    return TABLE + "".join(f"{_row(setting)}\n" for setting in group.settings)


def _images(group: SettingGroup) -> str:
    shown = SHOWN.get(group.name, ())
    return "".join(f"\n![{caption}](pictures/{name})\n*{caption}*\n" for name, caption in shown)


def _row(setting: Setting) -> str:
    values = LINKED.get(setting.path, setting.values)
    cells = [f"`{setting.name}`", setting.description, values, _default(setting), _deforum(setting.path)]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _default(setting: Setting) -> str:
    """Returns the default as a preset has it; a list as Python writes it, in one line."""
    if setting.is_required:
        return "required"
    if isinstance(setting.default, list):
        return f"`{setting.default}`"
    return f"`{yaml_text.dump({'x': setting.default}).removeprefix('x:').strip()}`"


def _deforum(path: str) -> str:
    names = deforum_names(path)
    return ", ".join(f"`{one.name}`" + (f" (`{one.switch}`)" if one.switch else "") for one in names)


def _unsupported() -> str:
    lines = ["## Deforum's settings that are not supported", ""]
    for feature in (*FEATURES, *FORKS, *HOST):
        names = ", ".join(f"`{name}`" for name in dict.fromkeys((*feature.switches, *feature.settings)))
        more = ", ".join(f"`{name}{'...' if name.endswith('_') else ''}`" for name in feature.also)
        without = f"Without it {feature.loss}." if feature.loss else "Changes no frame."
        lines.append(f"- **{feature.name}**: {', '.join(filter(None, (names, more)))}. {without}")
    return "\n".join(lines) + "\n"
