"""Prompts: keys, negatives, math, morphing, wildcards."""

from typing import Any

import pytest

from schedules import PromptFrame, Prompts, ScheduleError, Scope


def positives(source: Any, frames: int = 6, **scope: Any) -> list[str]:
    return [frame.positive for frame in Prompts.parse(source).at(Scope(frames, **scope))]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a lake", ["a lake"] * 6),
        ({0: "a", 3: "b"}, ["a"] * 3 + ["b"] * 3),
        ({"0": "a", "max_f/2": "b"}, ["a"] * 2 + ["b"] * 4),
        ({"3": "b", "0": "a"}, ["a"] * 3 + ["b"] * 3),
        ({2: "late"}, ["late"] * 6),
        ({0: "a", "0.2s": "b", "100%": "c"}, ["a"] * 3 + ["b"] * 2 + ["c"]),
        ('{"0": "a", "3": "b"}', ["a"] * 3 + ["b"] * 3),
        ('"0": "a", "3": "b"', ["a"] * 3 + ["b"] * 3),
        ('\n "0": "a",\n "max_f/2": {"text": "b"},\n', ["a"] * 2 + ["b"] * 4),
        ("2001: a space odyssey", ["2001: a space odyssey"] * 6),
        ("10:30, 12:45 and 16:9", ["10:30, 12:45 and 16:9"] * 6),
        (2077, ["2077"] * 6),
        ({0: 1984, 3: "b"}, ["1984"] * 3 + ["b"] * 3),
        (["a", "b", "c"], ["a"] * 2 + ["b"] * 2 + ["c"] * 2),
        ({0: {"text": "a"}, 3: "b"}, ["a"] * 3 + ["b"] * 3),
        ({0: "a", 9: "never"}, ["a"] * 6),
    ],
)
def test_prompts_in_every_form(source: Any, expected: list[str]) -> None:
    assert positives(source) == expected


@pytest.mark.parametrize(
    "text", ["0: a | 3: b", "0:a|3:b", " 0 : a |\n3: b", '{"0": "a",\n "3": "b",}', '"0": "a",\n"3": "b",']
)
def test_keyed_prompts_of_neighbors_are_read(text: str) -> None:
    assert positives(text)[:4] == ["a", "a", "a", "b"]


def test_bars_in_one_prompt_are_text() -> None:
    for text in ("a [b|c] at 10:30", "2001: a space odyssey | 4k", "0.5: a | b"):
        assert positives(text)[0].startswith(text[:4])


@pytest.mark.parametrize(
    "text",
    [
        "'0': 'a', '3': 'b'",
        '"0": "a", "3": b',
        '"0": "a" "3": "b"',
        '0: "a", 3: "b"',
        "0: a, 3: b",
        "0: a",
        "0:(a), 3:(b)",
        "1s: a\n3b: b",
    ],
)
def test_keys_in_a_text_that_is_not_json_are_refused_with_the_form_to_write(text: str) -> None:
    with pytest.raises(ScheduleError, match="this text looks like prompts by frame") as caught:
        Prompts.parse(text)
    assert '{"0": "a cat", "12": "a dog"}' in caught.value.hint


def test_a_prompt_that_was_split_at_its_colon_is_refused_with_the_remedy() -> None:
    with pytest.raises(ScheduleError) as caught:
        Prompts.parse({"a cat": "red"})
    assert "if this is one prompt, put it in quotes" in caught.value.hint


def test_an_empty_value_is_refused_with_the_remedy() -> None:
    for source in (None, {0: None}):
        with pytest.raises(ScheduleError) as caught:
            Prompts.parse(source)  # type: ignore[arg-type]
        assert "in quotes" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(fox:`t/10`)", ["(fox:0)", "(fox:0.1)", "(fox:0.2)", "(fox:0.3)"]),
        ("`sqrt(t)`", ["0", "1", "1.41421", "1.73205"]),
        ("`where(t<2, 1, max_f-s)` x `t`", ["1 x 0", "1 x 1", "-39 x 2", "-39 x 3"]),
        ("a ` lone tick", ["a ` lone tick"] * 4),
    ],
)
def test_math_between_backticks(text: str, expected: list[str]) -> None:
    assert positives(text, 4, seed=42) == expected


def test_math_in_a_prompt_is_checked_at_once() -> None:
    with pytest.raises(ScheduleError, match="unknown function `sqr`") as caught:
        Prompts.parse({0: "a lake (x:`sqr(t)`)"})
    assert caught.value.column == 11
    with pytest.raises(ScheduleError) as caught:
        positives("`1/(t-2)`")
    assert caught.value.frame == 2


def test_negative_parts_are_split_off_and_joined() -> None:
    prompts = Prompts.parse(
        {0: "a fox --neg blur --neg fog", 3: {"text": "a whale", "negative": "nets"}},
        prefix="best",
        suffix="8k",
        negative="low quality",
    )
    frames = prompts.at(Scope(6))
    assert frames[0] == PromptFrame("best a fox 8k", "blur, fog, low quality")
    assert frames[3] == PromptFrame("best a whale 8k", "nets, low quality")


def test_common_parts_take_part_in_math() -> None:
    frames = Prompts.parse("x", prefix="(a:`t`)", negative="(b:`1-t`)").at(Scope(2))
    assert [(f.positive, f.negative) for f in frames] == [("(a:0) x", "(b:1)"), ("(a:1) x", "(b:0)")]


def test_morphing_gives_weights_and_both_parts() -> None:
    frames = Prompts.parse({0: {"text": "cat --neg dog", "ease": "linear"}, 4: "cow", 8: "ox"}).at(Scope(10))
    assert frames[0] == PromptFrame("cat", "dog")
    assert frames[1] == PromptFrame(
        "(cat):0.75 AND (cow):0.25", "(dog):0.75", (("cat", "dog", 0.75), ("cow", "", 0.25))
    )
    assert frames[4:8] == (PromptFrame("cow", ""),) * 4
    assert all(sum(weight for *_, weight in frame.blend) == pytest.approx(1) for frame in frames[1:4])


def test_all_keys_morph_on_request_by_any_easing() -> None:
    plain = Prompts.parse({0: "cat", 4: "cow", 8: "ox"})
    assert plain.morphing() != plain
    weights = [frame.blend[1][2] for frame in plain.morphing("ease_in").at(Scope(9))[5:8]]
    assert weights == pytest.approx([1 / 16, 4 / 16, 9 / 16])
    mapped = Prompts.parse({0: "cat", 4: "cow", "morph": "linear"})
    assert mapped.at(Scope(5)) == Prompts.parse({0: "cat", 4: "cow"}).morphing().at(Scope(5))


def test_equal_parts_do_not_morph() -> None:
    frame = Prompts.parse({0: "cat", 4: "cow"}, negative="fog").morphing().at(Scope(5))[2]
    assert frame.negative == "fog"


def test_morphing_starts_before_the_film_where_the_key_does() -> None:
    frames = Prompts.parse({-2: "cat", 2: "cow"}).morphing().at(Scope(3))
    assert frames[0].positive == "(cat):0.5 AND (cow):0.5"


def test_wildcards_are_chosen_by_the_seed() -> None:
    source = {0: "{red|blue|green} car {a|b}", 3: "{red|blue|green} car {a|b}"}
    chosen = {tuple(positives(source, seed=seed)) for seed in range(40)}
    assert len(chosen) > 20
    assert positives(source, seed=5) == positives(source, seed=5)
    assert all(texts[0] == texts[2] for texts in chosen)
    assert any(texts[0] != texts[3] for texts in chosen)


def test_wildcards_nest_and_plain_braces_stay() -> None:
    chosen = {text for seed in range(9) for text in positives("{x|{x|x}} {y}", seed=seed)}
    assert chosen == {"x {y}"}


def test_compat_prepares_prompts_as_deforum_does() -> None:
    prompts = Prompts.parse({"0": "a fox", "4": "a whale --neg ugly"}, prefix="best", negative="low quality")
    frames = prompts.at(Scope(6, compat=True))
    assert (frames[0].positive, frames[0].negative) == ("best a fox", "low quality")
    assert (frames[4].positive, frames[4].negative) == ("best a whale", "ugly  low quality")
    morphed = prompts.morphing().at(Scope(6, compat=True))[1]
    assert morphed.positive == "(best a fox ):0.75 AND  (best a whale ):0.25"
    assert morphed.negative == "( low quality):0.75 AND  ( ugly  low quality):0.25"
    assert morphed.blend[0] == ("best a fox", "low quality", 0.75)


@pytest.mark.parametrize(
    ("source", "fragment"),
    [
        ({}, "there is no prompt"),
        ([], "there is no prompt"),
        (True, "prompts are text"),
        ({0: True}, "key `0`: a prompt is text"),
        ({0: {"texts": "a"}}, "has `text`"),
        ({"t": "a"}, "cannot depend on `t`"),
        ('{"0": "a",,}', "broken JSON"),
        ({0: "a", "morph": "linea"}, "did you mean `linear`?"),
        ({0: "a" * 200_000}, "characters"),
        ("`t`" * 1500, "1500 formulas"),
    ],
)
def test_a_source_that_is_not_a_prompt_is_rejected(source: Any, fragment: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        Prompts.parse(source)
    assert fragment in str(caught.value)


def test_prompts_are_values() -> None:
    source = {0: {"text": "a", "ease": "linear"}, "2s": "b"}
    assert Prompts.parse(source) == Prompts.parse(dict(source))
    assert Prompts.parse(source).source == source
    assert Prompts.parse(source) != Prompts.parse(source, prefix="x")
    assert Prompts.parse(["a", "b"]).source == ["a", "b"]
    assert Prompts.parse(source).key_frames(Scope(40)) == (0, 30)


def test_prompts_as_written_have_the_common_parts_and_their_math_untouched() -> None:
    prompts = Prompts.parse({0: "a lake `t`", 2: "a sea --neg fog"}, prefix="oil", negative="blur")
    scope = Scope(3, compat=True)
    lake, sea = "oil a lake `t` --neg blur", "oil a sea --neg fog  blur"
    assert prompts.as_written(scope) == (lake, lake, sea)
    assert prompts.as_written(scope, combined=False) == ("a lake `t`", "a lake `t`", "a sea --neg fog")
    between = " (oil a lake `t` ):0.5 AND  (oil a sea ):0.5 --neg  ( blur):0.5 AND  ( fog  blur):0.5"
    assert prompts.morphing().as_written(scope) == (lake, between, sea)
