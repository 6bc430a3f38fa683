"""Hints of errors, as options of the command line."""

import shlex
from functools import singledispatch
from pathlib import Path

from animator.errors import (
    AcceptChangedInputs,
    AllowCode,
    AllowDownload,
    AllowHost,
    AllowPickle,
    AnimatorError,
    ChangeSetting,
    ChooseOutput,
    FixJson,
    ForceOrChooseOutput,
    GiveSettings,
    Hint,
    NameExample,
    Resume,
    ResumeBatch,
    ResumeFrom,
    ResumeOrChooseOutput,
)


def explain(error: AnimatorError) -> str:
    """Returns an error's message, its hint worded with the options of the command line."""
    return error.message if error.hint is None else error.with_advice(advice(error.hint))


@singledispatch
def advice(hint: Hint) -> str:
    """Returns a hint as a sentence that names the option to use."""
    return str(hint)


@advice.register
def _(hint: ChooseOutput) -> str:
    return "Choose another --out"


@advice.register
def _(hint: ForceOrChooseOutput) -> str:
    return "Choose another --out, or replace it with --force"


@advice.register
def _(hint: Resume) -> str:
    return f"Resume it with: animator resume {shlex.quote(str(hint.folder))}"


@advice.register(ResumeOrChooseOutput)
@advice.register(ResumeBatch)
def _(hint: ResumeOrChooseOutput | ResumeBatch) -> str:
    return "Resume it with --resume, or choose another --out"


@advice.register
def _(hint: ResumeFrom) -> str:
    preset = shlex.quote(str(hint.folder / "preset.yaml"))
    folder = shlex.quote(str(hint.folder))
    return f"Render it again with: animator render {preset} --out {folder} --from {hint.frame}"


@advice.register
def _(hint: AcceptChangedInputs) -> str:
    return "Or resume with the changed files by --accept-changed-inputs"


@advice.register
def _(hint: ChangeSetting) -> str:
    return f"Use --set {shlex.quote(f'{hint.path}={hint.value}')}"


@advice.register
def _(hint: AllowPickle) -> str:
    return (
        "Use the .safetensors file, or --allow-pickle to have the weights read by torch's restricted reader"
    )


@advice.register
def _(hint: AllowCode) -> str:
    return "If you trust its source, run it with --allow-code; it can do whatever you can"


@advice.register
def _(hint: AllowDownload) -> str:
    return "Download it yourself and name the file, or have it downloaded with --allow-download"


@advice.register
def _(hint: AllowHost) -> str:
    return f"If it is a host of yours, name it with --allow-host {shlex.quote(hint.host)}"


@advice.register
def _(hint: FixJson) -> str:
    return "`animator render` and `animator import` fix it with --fix-json"


@advice.register
def _(hint: GiveSettings) -> str:
    return (
        "Give what to show as --prompt 'a lake at dawn', or a preset, a settings file, or --settings-from "
        "with an image or video"
    )


@advice.register
def _(hint: NameExample) -> str:
    listed = f"{hint.examples}. `animator presets` describes them"
    if " " not in hint.name.strip() or Path(hint.name).suffix:
        return listed
    return f"If it is a prompt: animator render --prompt {shlex.quote(hint.name)}. {listed}"
