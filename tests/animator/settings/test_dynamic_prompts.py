"""Dynamic prompts: the language of choices, its wildcard files and its mistakes, in films and presets."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from animator.errors import PresetError, UserError
from animator.presets.load import load
from animator.runs.run import Run
from animator.runs.run_settings import recorded_settings
from animator.settings.dynamic_prompts.lexer import blank_comments
from animator.settings.dynamic_prompts.permutations import count_picks, pick_at
from animator.settings.wildcards import with_wildcards
from animator.timeline.lint import setting_warnings
from animator.timeline.timeline import Timeline
from tests.fakes import Make

SEEDS = range(60)
DOUBLING = "".join(f"${{v{i}=${{v{i + 1}}}${{v{i + 1}}}}}" for i in range(30)) + "${v30=x}${v0}"
ART = """# all
artists:
  finnish:
    - Edelfelt
    - 1990
  dutch:
    - {text: Mondrian, weight: 9}
    - 0::Vermeer
  note: yes
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "wildcards"
    (folder / "dir").mkdir(parents=True)
    files = {
        "weighted.txt": "8::red\n1::blue\n0::never\n",
        "flavor.txt": "mint\nlime\nplum\n",
        "dir/x.txt": "x1\nx2\n",
        "dir/y.txt": "y1\n",
        "clothes.txt": "in ${season} I wear ${season:no} shirts\n",
        "pair.txt": "{2$$ and $$a|b}\n",
        "art.yaml": ART,
        "zoo.json": '{"animals": ["cat", "dog"], "count": 3}',
        "loop.txt": "__pool__ a\n",
        "pool.txt": "b __loop__\n{x __loop__|__loop__}\n",
        "grow.txt": "seed\n__grow__ and __grow__\n",
        "bad.txt": "fine\na {b\n",
        "minus.txt": "-1::a\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret\n")
    return folder


def draw(make: Make, folder: Path, source: Any, seed: int = 1, **more: Any) -> list[str]:
    """Returns the prompt of each frame of a film of six frames."""
    settings = {"prompts": source, "frames": 6, "diffusion": {"seed": seed}, **more}
    film = make(wildcard_folder=str(folder), **settings)
    return [prompt.positive for prompt in film.keyed_prompts.at(film.scope)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{2$$red|green|blue}", {f"{a}, {b}" for a in "rgb" for b in "rgb" if a != b}),
        ("{1-2$$ and $$r|g}", {"r", "g", "r and g", "g and r"}),
        ("{2-$$r|g}", {"r, g", "g, r"}),
        ("{-2$$r|g}", {"r", "g", "r, g", "g, r"}),
        ("{0-1$$r}", {"", "r"}),
        ("{9$$r|g}", {"r, g", "g, r"}),
        ("{2$$ | $$r|g}", {"r | g", "g | r"}),
        ("{1::r|0::g}", {"r"}),
        ("{{r|g}|0::b} x", {"r x", "g x"}),
        ("{~r|g}", {"r", "g"}),
        ("{\n  # first\n  r\n  | g # second\n}", {"r", "g"}),
        ("{r} x", {"r x"}),
        ("${v=!{r|g}} ${v}${v}", {"rr", "gg"}),
        ("${v={r|g}} ${v}${v}", {"rr", "gg", "rg", "gr"}),
        ("${v:r} ${w=g} ${w}", {"r  g"}),
        ("${v=r} ${v?=g} ${v}", {"r"}),
        ("__dir/*__", {"x1", "x2", "y1"}),
        ("__**/x__", {"x1", "x2"}),
        ("__d*/y__ __**/y__", {"y1 y1"}),
        ("__dir/**__", {"x1", "x2", "y1"}),
        ("__artists/dutch__", {"Mondrian"}),
        ("__artists/*__", {"Edelfelt", "1990", "Mondrian"}),
        ("__art/artists/finnish__", {"Edelfelt", "1990"}),
        ("__animals__", {"cat", "dog"}),
        ("{2$$__animals__}", {"cat, dog", "dog, cat"}),
        ("__${kind:animals}__", {"cat", "dog"}),
        ("__{animals|dir/y}__", {"cat", "dog", "y1"}),
        ("__clothes(season=fall)__", {"in fall I wear fall shirts"}),
        ("${season=may}__clothes__", {"in may I wear may shirts"}),
        ("__pair__", {"a and b", "b and a"}),
        ("`sin(0)` {2$$ $$r|g}", {"0 r g", "0 g r"}),
        ("(r:1.2) [r|g] [a:b:0.5] <lora:x:0.5> {1::r|0::g}", {"(r:1.2) [r|g] [a:b:0.5] <lora:x:0.5> r"}),
        (r"\{r|g\} {1::b|0::g}", {r"\{r|g\} b"}),
        ("$5 $$ 50% {1::r|0::g}", {"$5 $$ 50% r"}),
        ("{r --neg g|b --neg g}", {"r", "b"}),
    ],
)
def test_the_language_gives_its_texts(
    make_animation: Make, folder: Path, text: str, expected: set[str]
) -> None:
    short = {"red": "r", "green": "g", "blue": "b"}
    drawn = {draw(make_animation, folder, text, seed)[0] for seed in SEEDS}
    for word, letter in short.items() if "red" in text else ():
        drawn = {one.replace(word, letter) for one in drawn}
    assert drawn == expected


def test_weights_of_options_and_lines_are_relative(make_animation: Make, folder: Path) -> None:
    for text in ("{8::red|blue}", "__weighted__"):
        counts = Counter(draw(make_animation, folder, text, seed)[0] for seed in range(300))
        assert set(counts) == {"red", "blue"} and 0.8 < counts["red"] / 300 < 0.97


def test_a_choice_holds_for_all_frames_of_its_key_and_differs_between_keys(
    make_animation: Make, folder: Path
) -> None:
    source = {0: "{2$$a|b|c|d} `t`", 3: "{2$$a|b|c|d} `t`"}
    films = [draw(make_animation, folder, source, seed) for seed in SEEDS]
    assert all(film[0][:-1] == film[2][:-1] for film in films)
    assert any(film[0][:-1] != film[3][:-1] for film in films)
    assert films[5] == draw(make_animation, folder, source, 5)


def test_texts_without_the_new_syntax_choose_as_before(make_animation: Make, folder: Path) -> None:
    texts = [draw(make_animation, folder, "a {red|{blue|green}} __flavor__ {x|y|z}", s)[0] for s in range(8)]
    assert texts == [
        "a green lime z",
        "a blue lime z",
        "a red lime y",
        "a green plum y",
        "a red mint z",
        "a red lime x",
        "a blue mint y",
        "a red lime z",
    ]


def test_cyclical_and_combinatorial_choices_follow_the_keys(make_animation: Make, folder: Path) -> None:
    text = "{@a|b} {!red|blue} {!square|circle}"
    film = draw(make_animation, folder, dict.fromkeys(range(5), text))
    assert film[:5] == ["a red square", "b red circle", "a blue square", "b blue circle", "a red square"]
    film = draw(make_animation, folder, ["__@flavor__", "__!flavor__", "{!2$$__animals__}", "{@2$$a|b|c}"])
    assert (film[0], film[2], film[3], film[5]) == ("mint", "lime", "cat, dog", "b, c")
    assert [pick_at(index, 3, 1, 2) for index in range(count_picks(3, 1, 2))] == [
        [0], [1], [2], [0, 1], [0, 2], [1, 0], [1, 2], [2, 0], [2, 1],
    ]  # fmt: skip


def test_variables_of_the_prefix_hold_in_every_text(make_animation: Make, folder: Path) -> None:
    settings = {"prompt_prefix": "${c=!{red|blue}}", "negative_prompt": "no ${c}"}
    film = make_animation(
        prompts={0: "${c} a", 3: "${c} b"}, wildcard_folder=str(folder), frames=6, **settings
    )
    first, last = Timeline(film)[0].prompt, Timeline(film)[5].prompt
    color = first.positive.split()[0]
    assert last.positive == f"{color} b" and first.negative == f"no {color}"


def test_a_run_records_what_was_chosen_and_keeps_it(
    make_animation: Make, folder: Path, tmp_path: Path
) -> None:
    film = make_animation(prompts={0: r"{2$$a|b|c} \{d|e\} __weighted__"}, wildcard_folder=str(folder))
    expected = Timeline(film)[0].prompt.positive
    with Run.create(tmp_path / "run", film) as run:
        assert Timeline(run.animation)[0].prompt.positive == expected
    (tmp_path / "run" / "frames" / "000000000.png").touch()
    assert recorded_settings(tmp_path / "run").prompts.source == {"0": expected}
    with Run.reopen(tmp_path / "run", film):
        pass


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a {b", r"frame 0, column 3: this `{` is not closed"),
        ("a } b", r"column 3: this `}` has no `{`"),
        ("{}", "has no options"),
        ("${v} x", r"column 1: the variable v is not set"),
        ("${verb=a} ${verv}", r"did you mean `\$\{verb\}`\?"),
        ("${v", "is not a variable|is not closed"),
        ("${1=a}", "is not a variable"),
        ("{a$$b|c}", r"`\$\$` follows the number of options"),
        ("{x::a|b}", "'x' before `::` is not a weight"),
        ("{-1::a|b}", "the weight -1 is below 0"),
        ("{0::a|0::b}", "all options have the weight 0"),
        ("{3-1$$a|b}", "3-1 is not a range"),
        ("{99999$$a|b}", "at most 1000"),
        ("{" * 1000 + "a|b" + "}" * 1000, "nested more than 50 deep"),
        ("{a|b}" * 1001, "more than 1000 brackets"),
        ("${a=${a}}${a}", r"circle: \$a -> \$a"),
        ("${a=${b}}${b=x ${a}}${a}", r"circle: \$a -> \$b -> \$a"),
        (DOUBLING, "grows beyond"),
        ("__anima__", r"there is no .*anima\.txt; did you mean `__animals__`\?"),
        ("__nothing/*__", "no file or key in .* matches"),
        ("__loop__", r"in a circle, loop -> pool -> loop"),
        ("{__loop__|__pool__}", "in a circle"),
        ("__bad__", r"bad\.txt, line 2, column 3: this `{` is not closed"),
        ("__minus__", r"minus\.txt, line 1: the weight -1 is below 0"),
        ("__../secret__", "is outside the folder"),
        ("__clothes__", r"clothes\.txt, line 1, column 4: the variable season is not set"),
        ("__" + "ä" * 280 + "__", "there is no"),
        ("__clothes(season)__", "does not set a variable"),
        ("{_|_}_animals__ {1$$_|_}_animals__", "looks like the syntax|__animals__"),
    ],
)
def test_what_does_not_follow_the_language_is_a_problem_with_its_place(
    folder: Path, text: str, message: str
) -> None:
    settings = {"prompts": {0: text}, "frames": 2, "wildcard_folder": str(folder), "diffusion": {"seed": 3}}
    with pytest.raises(PresetError, match=message):
        load(settings)


def test_render_refuses_what_check_refuses(make_animation: Make, folder: Path) -> None:
    film = make_animation(prompts="{2$$a|b", wildcard_folder=str(folder))
    with pytest.raises(UserError, match="is not closed"):
        with_wildcards(film)


def test_every_text_of_a_preset_is_checked_at_once(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "film.yaml"
    path.write_text(
        'frames: 9\nprompts:\n  0: "{a"\n  4: "{x::a|b}"\nprompt_suffix: "${x}"\nnegative_prompt: "a}"\n'
    )
    with pytest.raises(PresetError) as error:
        load(path)
    shown = str(error.value)
    assert "frame 0, column 1" in shown and "frame 4, column 2" in shown
    assert "film.yaml:5:1: prompt_suffix: column 1" in shown and "negative_prompt: column 2" in shown


def test_recursion_with_an_exit_ends_or_names_itself(make_animation: Make, folder: Path) -> None:
    results = []
    for seed in SEEDS:
        try:
            results.append(draw(make_animation, folder, "{1$$__grow__}", seed)[0])
        except UserError as error:
            assert "circle: grow -> grow" in str(error)
    assert "seed" in results and any(" and " in text for text in results)


@pytest.mark.parametrize("name", ["art.yaml", "zoo.json"])
@pytest.mark.parametrize(
    "content", ["{", "[" * 2000, "a: &a [*a, *a]\nb: *a", "- !!python/object/apply:os.system [id]", "\x00"]
)
def test_broken_collections_are_problems_or_empty(
    make_animation: Make, folder: Path, name: str, content: str
) -> None:
    (folder / name).write_text(content)
    with pytest.raises(UserError):
        draw(make_animation, folder, "__animals__ __artists/dutch__")


def test_links_out_of_the_folder_are_never_read(make_animation: Make, folder: Path, tmp_path: Path) -> None:
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(UserError, match="outside the folder"):
        draw(make_animation, folder, "__out__")
    (folder / "up").symlink_to(tmp_path)
    for pattern in ("__o*__", "__**/s*t__"):
        with pytest.raises(UserError, match=r"no file or key in .* matches"):
            draw(make_animation, folder, pattern)


def test_compat_warns_that_choices_are_plain_text(make_animation: Make, folder: Path) -> None:
    film = make_animation(prompts={"0": "a {2$$red|blue} sky"}, compat=True)
    assert Timeline(film)[0].prompt.positive == "a {2$$red|blue} sky"
    assert any("reaches the model as it is written" in warning for warning in setting_warnings(film))
    assert not any("reaches" in warning for warning in setting_warnings(make_animation(compat=True)))


def test_without_a_folder_only_wildcards_are_text(make_animation: Make) -> None:
    film = make_animation(prompts="a __color__ {1::b|0::c}", wildcard_folder="")
    assert Timeline(film)[0].prompt.positive == "a __color__ b"


def test_a_text_that_begins_with_a_weight_is_not_json(make_animation: Make, folder: Path) -> None:
    assert draw(make_animation, folder, "{1::calm|0::rough} sea")[0] == "calm sea"
    assert draw(make_animation, folder, "{2$$ $$a|a} b")[0] == "a a b"
    keyed = draw(make_animation, folder, '{"0": "{1::calm|0::rough} sea", "3": "{1::b|0::c}"}')
    assert (keyed[0], keyed[3]) == ("calm sea", "b")


def test_comments_keep_the_columns() -> None:
    assert blank_comments("a # b\n#c\n#1 d #e\n f #1") == "a    \n  \n       \n f #1"
    assert blank_comments("a # b") == "a # b"
