"""Wildcard files in prompts: chosen by the seed, written down by a run, never from outside the folder."""

from pathlib import Path
from typing import Any

import pytest

from animator.errors import PresetError, RunError, UserError
from animator.presets.load import load
from animator.runs.run import Run
from animator.runs.run_settings import recorded_settings
from animator.settings import Animation, wildcards
from animator.settings.dynamic_prompts import files
from animator.settings.dynamic_prompts.files import WildcardFiles
from animator.settings.wildcards import fill_wildcards
from animator.timeline.timeline import Timeline
from tests.fakes import Make


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "wildcards"
    (folder / "mood").mkdir(parents=True)
    (folder / "colour.txt").write_text("# of the sky\nred\n\nblue\n  green  \n", encoding="utf-8")
    (folder / "mood" / "dark.txt").write_text("__colour__ night\n{grim|gray} day\n", encoding="utf-8")
    (folder / "wetter.txt").write_text("Nebel über dem See\n", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret\n", encoding="utf-8")
    return folder


def prompts(make: Make, folder: Path, source: Any, seed: int = 7, **more: Any) -> list[str]:
    settings = {"prompts": source, "diffusion": {"seed": seed}, "wildcard_folder": str(folder), **more}
    return [plan.prompt.positive for plan in Timeline(make(**settings))]


def test_a_line_is_chosen_by_the_seed(make_animation: Make, folder: Path) -> None:
    chosen = [prompts(make_animation, folder, "a __colour__ sky", seed)[0] for seed in range(30)]
    assert set(chosen) == {"a red sky", "a blue sky", "a green sky"}
    assert chosen == [prompts(make_animation, folder, "a __colour__ sky", seed)[0] for seed in range(30)]


def test_names_of_folders_inner_files_and_other_alphabets(make_animation: Make, folder: Path) -> None:
    found = {prompts(make_animation, folder, "__mood/dark__, __wetter__", seed)[0] for seed in range(40)}
    assert "red night, Nebel über dem See" in found and "grim day, Nebel über dem See" in found
    assert len(found) == 5


@pytest.mark.parametrize(
    "source",
    [
        {0: "a __colour__ sky", 3: "a __colour__ sky"},
        '{"0": "a __colour__ sky", "3": "a __colour__ sky"}',
        ["a __colour__ sky", "a __colour__ sky"],
        {0: {"text": "a __colour__ sky"}, 3: "a __colour__ sky"},
    ],
)
def test_every_prompt_chooses_by_itself_in_every_form(
    make_animation: Make, folder: Path, source: Any
) -> None:
    films = [prompts(make_animation, folder, source, seed) for seed in range(20)]
    assert all(film[0] == film[2] for film in films)
    assert any(film[0] != film[3] for film in films)


def test_common_parts_have_wildcards_too(make_animation: Make, folder: Path) -> None:
    film = make_animation(
        prompt_prefix="__colour__",
        prompt_suffix="__colour__",
        negative_prompt="__wetter__",
        wildcard_folder=str(folder),
    )
    (prompt, *_) = (plan.prompt for plan in Timeline(film))
    assert prompt.negative == "Nebel über dem See" and "__" not in prompt.positive


def test_compat_and_an_empty_folder_leave_prompts_as_written(make_animation: Make, folder: Path) -> None:
    assert prompts(make_animation, folder, {"0": "a __colour__ sky"}, compat=True)[0] == "a __colour__ sky"
    film = make_animation(prompts="a __colour__ sky", wildcard_folder="")
    assert Timeline(film)[0].prompt.positive == "a __colour__ sky"


def test_a_run_records_the_chosen_lines(make_animation: Make, folder: Path, tmp_path: Path) -> None:
    film = make_animation(prompts={0: "a __colour__ sky"}, wildcard_folder=str(folder))
    expected = Timeline(film)[0].prompt.positive
    with Run.create(tmp_path / "run", film) as run:
        assert Timeline(run.animation)[0].prompt.positive == expected
    (tmp_path / "run" / "frames" / "000000000.png").touch()
    assert recorded_settings(tmp_path / "run").prompts.source == {"0": expected}
    with Run.reopen(tmp_path / "run", film):
        pass
    (folder / "colour.txt").write_text("white\n", encoding="utf-8")
    with pytest.raises(RunError, match=r"other settings(.|\n)*prompts"):
        Run.reopen(tmp_path / "run", film)
    with Run.open(tmp_path / "run") as run:
        assert Timeline(run.animation)[0].prompt.positive == expected


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("color", r"there is no .*color\.txt; did you mean `__colour__`\?"),
        ("mood/../../secret", "is outside the folder"),
        ("empty", "has no lines to choose from"),
        ("binary", "is not UTF-8 text"),
        ("circle", "refer to each other in a circle"),
        ("escape", "is outside the folder"),
        ("large", "is larger than 10000000 bytes"),
    ],
)
def test_mistakes_are_reported(folder: Path, name: str, message: str) -> None:
    (folder / "empty.txt").write_text("# nothing\n")
    (folder / "binary.txt").write_bytes(b"\xff\xfe\x00\x01\x80")
    (folder / "circle.txt").write_text("__circle__ and __circle__\n")
    (folder / "escape.txt").symlink_to(folder.parent / "secret.txt")
    with (folder / "large.txt").open("wb") as file:
        file.truncate(files.MAX_BYTES + 1)
    with pytest.raises(UserError, match=message):
        fill_wildcards(f"a __{name}__ day", WildcardFiles(folder), 1, 0)


@pytest.mark.parametrize("name", ["/tmp/secret", "../secret", "mood/../../secret"])
def test_absolute_paths_and_parent_folders_are_refused(folder: Path, name: str) -> None:
    with pytest.raises(UserError, match="is outside the folder"):
        fill_wildcards(f"a __{name}__", WildcardFiles(folder), 1, 0)


def test_presets_are_checked_before_any_frame(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "film.yaml"
    path.write_text(f"frames: 2\nprompts: a __mood/dark__ and __gone__\nwildcard_folder: {folder}\n")
    with pytest.raises(PresetError, match=r"film\.yaml:2.*prompts: __gone__: there is no"):
        load(path)
    (folder / "gone.txt").write_text("__alsogone__\n")
    with pytest.raises(PresetError, match="__alsogone__: there is no"):
        load(path)


def test_prompts_without_wildcards_read_nothing(make_animation: Make) -> None:
    film: Animation = make_animation(prompts="a __ b __init", wildcard_folder="/nowhere")
    assert wildcards.with_wildcards(film) is film
