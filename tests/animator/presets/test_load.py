"""Presets: what is read, what is refused, and how a refusal reads."""

from pathlib import Path

import pytest

from animator.errors import PresetError
from animator.presets import raw
from animator.presets.load import dump, load
from animator.settings import Animation


def write(folder: Path, text: str, name: str = "film.yaml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def problems(path: Path, *overrides: str) -> list[str]:
    with pytest.raises(PresetError) as caught:
        load(path, overrides)
    assert caught.value.exit_code == 2
    return [str(problem) for problem in caught.value.problems]


def test_a_preset_states_only_what_differs(tmp_path: Path) -> None:
    film = load(write(tmp_path, "frames: 12\nmotion: {zoom: '0:(1.02)'}\n"))
    assert (film.frames, film.fps, film.motion.border) == (12, 15, "replicate")
    assert film.motion.schedule("zoom").values(film.scope).tolist() == [1.02] * 12


def test_an_empty_preset_is_the_defaults(tmp_path: Path) -> None:
    decided = {"steps": 16, "cfg_scale": 3, "cadence": 2}  # by the built-in model
    assert load(write(tmp_path, "")) == Animation().with_(size=(256, 256), diffusion=decided)


def test_five_mistakes_are_reported_together_with_their_places(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "frames: many\n"
        "diffusion:\n"
        "  stregth: 0.5\n"
        "  sampler: Eulr a\n"
        "motion:\n"
        "  zoom: '0:(sinn(t))'\n"
        "sharpen: {amount: 1, kernel: -3}\n",
    )
    path.write_text(path.read_text().replace("frames: many", "size: [100, 512]"))
    found = problems(path)
    assert len(found) == 5
    text = "\n".join(found)
    for fragment in (
        "film.yaml:1:8: size.0: input should be a multiple of 8; got 100",
        "film.yaml:3:3: diffusion.stregth: unknown setting; did you mean `strength`?",
        "film.yaml:4:3: diffusion.sampler: sampler 'Eulr a' is unknown; did you mean `Euler a`?",
        "film.yaml:6:3: motion.zoom:",
        "did you mean `sin`",
        "film.yaml:7:22: sharpen.kernel: is -3 at frame 0; expected 0 to 255",
    ):
        assert fragment in text


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("frames: 12\nframes: 13\n", "film.yaml:2:1: frames: is given twice (first at line 1)"),
        ("- a\n- b\n", "film.yaml:1:1: expected settings such as `frames: 120`"),
        ("frames: [1, 2\n", "is not YAML"),
        ("frames: 12\n\tfps: 3\n", "film.yaml:2:1: is not YAML"),
        ("schema: 9\n", "film.yaml:1:1: schema: is 9; this animator reads schema 1"),
        ("name: ../escape\n", "film.yaml:1:1: name:"),
        ("name: .hidden\n", "film.yaml:1:1: name:"),
        ("zoom: 1\n", "unknown setting here; did you mean `motion.zoom`?"),
        ("compat: on\n", "film.yaml:1:1: compat: input should be a valid boolean; got 'on'"),
        ("frames: 0\n", "frames: input should be greater than or equal to 1; got 0"),
        (
            "model: /no/such/model.safetensors\n",
            "model: model /no/such/model.safetensors: there is no such folder or file",
        ),
        ("diffusion: {strength: 1.5}\n", "diffusion.strength: is 1.5 at frame 0; expected 0 to 1"),
        (
            "depth: {model: dpt-lage}\n",
            "depth.model: depth model 'dpt-lage': neither a known name nor a file; did you mean",
        ),
        ("diffusion: 3\n", "film.yaml:1:1: diffusion:"),
        ("prompts: {0: a, 'sinn(3)': b}\n", "prompts:"),
    ],
)
def test_one_mistake_reads_well(tmp_path: Path, text: str, fragment: str) -> None:
    (found,) = problems(write(tmp_path, text))
    assert fragment in found


def test_yaml_is_read_as_1_2(tmp_path: Path) -> None:
    film = load(write(tmp_path, "prompts: on\nname: 12:30\ndiffusion: {seed: 017}\n"))
    assert (film.prompts.source, film.name, film.diffusion.seed) == ("on", "12:30", 17)


def test_extends_lies_below_and_groups_merge(tmp_path: Path) -> None:
    write(tmp_path, "frames: 9\nmotion: {zoom: {0: 1, 5: 2}, angle: 3}\n", "base.yaml")
    film = load(write(tmp_path, "extends: base.yaml\nmotion: {zoom: {0: 1.5}}\n"))
    assert film.frames == 9
    assert film.motion.schedule("zoom").values(film.scope).tolist() == [1.5] * 9
    assert film.motion.schedule("angle").values(film.scope).tolist() == [3] * 9


def test_a_mistake_in_the_base_names_the_base(tmp_path: Path) -> None:
    write(tmp_path, "fps: fast\n", "base.yaml")
    (found,) = problems(write(tmp_path, "extends: base.yaml\n"))
    assert "base.yaml:1:1: fps:" in found


def test_presets_that_extend_each_other_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "extends: film.yaml\n", "base.yaml")
    (found,) = problems(write(tmp_path, "extends: base.yaml\n"))
    assert "extends itself" in found


def test_overrides_win_and_their_mistakes_name_them(tmp_path: Path) -> None:
    path = write(tmp_path, "frames: 9\n")
    film = load(path, ["frames=5", "size=[128,64]", "motion.zoom={0: 1, 4: 2}"])
    assert (film.frames, film.size) == (5, (128, 64))
    assert film.motion.schedule("zoom").values(film.scope)[-1] == 2
    found = problems(path, "frames", "fps=[", "motion.zom=3")
    assert "override frames: expected group.key=value" in found[0]
    assert "override fps=[: fps: the value is not YAML" in found[1]
    assert "override motion.zom=3: motion.zom: unknown setting; did you mean `zoom`?" in found[2]


def test_aliases_cannot_expand_without_end(tmp_path: Path) -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"{n}: &{n} [{', '.join(['*' + p] * 10)}]" for p, n in zip("abcdefgh", "bcdefghi", strict=True)]
    (found,) = problems(write(tmp_path, "\n".join(lines)))
    assert "has more than" in found


def test_a_missing_or_binary_file_is_no_traceback(tmp_path: Path) -> None:
    assert "cannot be read: No such file" in problems(tmp_path / "nothing.yaml")[0]
    binary = tmp_path / "film.mp4"
    binary.write_bytes(bytes(range(128, 256)))
    assert "not UTF-8" in problems(binary)[0]


def test_a_dump_is_read_back_equal(tmp_path: Path) -> None:
    film = load(
        write(
            tmp_path,
            "frames: 40\nprompts: {0: 'a', 20: \"b: 'c'\"}\n"
            "motion: {zoom: '0:(1), 30:(1.1)', angle: {0: 1, 9: t}}\n",
        )
    )
    again = load(write(tmp_path, dump(film), "again.yaml"))
    assert dump(again) == dump(film)
    angles = [one.motion.schedule("angle").values(one.scope).tolist() for one in (again, film)]
    assert angles[0] == angles[1]


def test_a_base_of_a_base_lies_beside_the_base(tmp_path: Path) -> None:
    (tmp_path / "bases").mkdir()
    write(tmp_path / "bases", "fps: 7\n", "far.yaml")
    write(tmp_path / "bases", "extends: far.yaml\nframes: 9\n", "near.yaml")
    film = load(write(tmp_path, "extends: bases/near.yaml\n"))
    assert (film.frames, film.fps) == (9, 7)


def test_schedules_of_imported_films_may_leave_their_range(tmp_path: Path) -> None:
    text = "diffusion: {strength: 1.5}\n"
    assert load(write(tmp_path, f"compat: true\n{text}")).compat
    assert "expected 0 to 1" in problems(write(tmp_path, text))[0]


def test_a_comment_behind_a_prompt_without_quotes_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "film.yaml"
    path.write_text(
        "prompts:\n  0: a cat # red\n  1: 'b' # kept\n  2: c#d\n  3: {text: e # f\n  }\n"
        "# all\nnegative_prompt: fog #1\nname: film # mine\nframes: 4 # four\n"
    )
    notes = [str(note) for note in raw.read(path).notes]
    assert [note.split(" is not")[0] for note in notes] == [
        "prompts.0: the comment `# red`",
        "prompts.3.text: the comment `# f`",
        "negative_prompt: the comment `#1`",
    ]
    assert all("put the text in quotes" in note for note in notes)
