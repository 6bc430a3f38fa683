"""Hints of errors: plain sentences for programs, options for the command line."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from animator.cli.hints import advice, explain
from animator.errors import (
    AllowCode,
    AllowDownload,
    AllowHost,
    AllowPickle,
    ChangeSetting,
    ChooseOutput,
    FixJson,
    ForceOrChooseOutput,
    GiveSettings,
    Hint,
    PresetError,
    Problem,
    Resume,
    ResumeBatch,
    ResumeFrom,
    ResumeOrChooseOutput,
    RunError,
)

RUN = Path("renders/my lake")
HINTS = {
    ChooseOutput(): "Choose another --out",
    ForceOrChooseOutput(): "Choose another --out, or replace it with --force",
    Resume(RUN): "Resume it with: animator resume 'renders/my lake'",
    ResumeOrChooseOutput(RUN): "Resume it with --resume, or choose another --out",
    ResumeBatch(RUN): "Resume it with --resume, or choose another --out",
    ResumeFrom(Path("run"), 7): "Render it again with: animator render run/preset.yaml --out run --from 7",
    ChangeSetting("diffusion.memory", "low"): "Use --set diffusion.memory=low",
    AllowCode(): "--allow-code",
    AllowDownload(): "--allow-download",
    AllowHost("my host"): "--allow-host 'my host'",
    AllowPickle(): "--allow-pickle",
    FixJson(): "--fix-json",
    GiveSettings(): "--settings-from",
}


def all_hints(kind: type[Hint] = Hint) -> Iterator[type[Hint]]:
    for child in kind.__subclasses__():
        yield child
        yield from all_hints(child)


def test_every_hint_is_here() -> None:
    assert {type(hint) for hint in HINTS} == set(all_hints())


@pytest.mark.parametrize(("hint", "words"), HINTS.items(), ids=lambda part: type(part).__name__)
def test_the_command_line_words_a_hint_with_its_options(hint: Hint, words: str) -> None:
    assert words in advice(hint)


@pytest.mark.parametrize("hint", HINTS, ids=lambda hint: type(hint).__name__)
def test_a_program_gets_a_plain_sentence(hint: Hint) -> None:
    assert "--" not in str(hint) and not str(hint).endswith(".")
    assert str(RunError("run: is broken", hint)) == f"run: is broken. {hint}"


def test_an_error_without_a_hint_is_its_message() -> None:
    error = RunError("run: is broken")
    assert str(error) == explain(error) == "run: is broken" and error.hint is None


def test_the_hint_of_a_preset_follows_its_problems_on_a_line_of_its_own() -> None:
    error = PresetError("a.txt", (Problem("a.txt:1:2", "", "is not JSON\nhere: {"),), FixJson())
    assert explain(error).splitlines()[1:-1] == ["  a.txt:1:2: is not JSON", "      here: {"]
    assert explain(error).splitlines()[-1] == advice(FixJson())
    assert str(error).splitlines()[-1] == str(FixJson())


def test_a_hint_of_another_package_is_its_own_sentence() -> None:
    class Restart(Hint):
        def __str__(self) -> str:
            return "Restart the server"

    assert explain(RunError("lost", Restart())) == "lost. Restart the server"
