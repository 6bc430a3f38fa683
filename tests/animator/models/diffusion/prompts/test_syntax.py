"""The prompt language, by cases worked by hand."""

import pytest

from animator.errors import ModelError
from animator.models.diffusion.prompts.editing import texts_by_step
from animator.models.diffusion.prompts.syntax import LoraTag, pieces, split_and, split_loras


def weighted(prompt: str) -> list[tuple[str | None, float]]:
    return [(piece.text, round(piece.weight, 4)) for piece in pieces(prompt)]


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a cat", [("a cat", 1)]),
        ("a (cat)", [("a ", 1), ("cat", 1.1)]),
        ("((cat))", [("cat", 1.21)]),
        ("[cat]", [("cat", 0.9091)]),
        ("[[cat]]", [("cat", 0.8264)]),
        ("a (cat:1.3) b", [("a ", 1), ("cat", 1.3), (" b", 1)]),
        ("(cat: 1.3 )", [("cat", 1.3)]),
        ("(cat:.5)", [("cat", 0.5)]),
        ("(cat:-1)", [("cat", -1)]),
        ("(a (b) c:2)", [("a ", 2), ("b", 2.2), (" c", 2)]),
        ("(a [b] c)", [("a ", 1.1), ("b", 1), (" c", 1.1)]),
        (r"a \(cat\) \[x\]", [("a (cat) [x]", 1)]),
        (r"(a \(cat\):1.5)", [("a (cat)", 1.5)]),
        (r"C:\x", [(r"C:\x", 1)]),
        ("(open (twice", [("open ", 1.1), ("twice", 1.21)]),
        ("closed) twice]", [("closed) twice]", 1)]),
        ("time 12:30) here", [("time 12:30) here", 1)]),
        ("(a:b)", [("a:b", 1.1)]),
        ("", []),
        ("()", []),
        ("one BREAK two", [("one ", 1), (None, 1), (" two", 1)]),
        ("(one BREAK two:1.2)", [("one ", 1.2), (None, 1.2), (" two", 1.2)]),
        ("BREAKFAST", [("BREAKFAST", 1)]),
        ("(猫:1.2), 犬", [("猫", 1.2), (", 犬", 1)]),
    ],
)
def test_emphasis(prompt: str, expected: list[tuple[str | None, float]]) -> None:
    assert weighted(prompt) == expected


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("one", [("one", 1)]),
        ("a red desert seen at 10:30", [("a red desert seen at 10:30", 1)]),
        ("in 16:9", [("in 16:9", 1)]),
        ("a castle :0.5", [("a castle :0.5", 1)]),
        ("one AND two", [("one", 1), ("two", 1)]),
        ("one :0.5 AND two:1.5", [("one", 0.5), ("two", 1.5)]),
        ("(one):0.7 AND (two: 1.2):-0.3", [("(one)", 0.7), ("(two: 1.2)", -0.3)]),
        ("LAND AND sea", [("LAND", 1), ("sea", 1)]),
        ("a: b AND c", [("a: b", 1), ("c", 1)]),
    ],
)
def test_composition(prompt: str, expected: list[tuple[str, float]]) -> None:
    assert list(split_and(prompt)) == expected


def test_lora_tags_leave_the_prompt() -> None:
    text, tags = split_loras(
        "a cat <lora:Ink wash:0.8>, b<lora:x><lora:y:0.5:0.25><lyco:z:te=1:unet=2>"
        "<lora:v:unet=0.5:te=0.25><LoRA:u: TE = 0.5><lora:t:Unet=0.5><lora:s:0.3:unet=0.6>"
    )
    assert text == "a cat , b"
    assert tags == (
        LoraTag("Ink wash", 0.8, 0.8),
        LoraTag("x", 1.0, 1.0),
        LoraTag("y", 0.5, 0.25),
        LoraTag("z", 1.0, 2.0),
        LoraTag("v", 0.25, 0.5),
        LoraTag("u", 0.5, 0.5),
        LoraTag("t", 1.0, 0.5),
        LoraTag("s", 0.3, 0.6),
    )
    assert split_loras("1 < 2 <3") == ("1 < 2 <3", ())


@pytest.mark.parametrize(
    ("tag", "message"),
    [
        ("<lora:x:much>", "the weight is not a number"),
        ("<lora::0.5>", "the name is missing"),
        ("<lora:x:nan>", "the weight is not a number"),
        ("<lora:x:0.5:1:8>", "has 3 weights; expected <lora:name:0.8>, <lora:name:0.5:1> or"),
        ("<lora:x:0.5:dyn=8>", "dyn is not the name of a weight; expected .*te=0.5:unet=1"),
        ("<lora:x:te=0.5:TE=1>", "the weight te is given twice"),
        ("<lora:x:1:te=0.5>", "the weight te is given twice"),
        ("<hyper:x:1>", "hyper is not supported; <lora:name:weight> and <hypernet:name:strength> are"),
    ],
)
def test_tags_that_cannot_be_followed_are_refused(tag: str, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        split_loras(f"a {tag}")


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a [cat:dog:0.5] b", ["a cat b", "a cat b", "a dog b", "a dog b"]),
        ("[cat::0.25]", ["cat", "", "", ""]),
        ("[cat:0.5]", ["", "", "cat", "cat"]),
        ("[cat:dog:3]", ["cat", "cat", "cat", "dog"]),
        ("[a|b|c]", ["a", "b", "c", "a"]),
        ("[cat]", ["[cat]"] * 4),
        ("[cat:dog]", ["[cat:dog]"] * 4),
        ("[[a:b:0.5]|z]", ["a", "z", "b", "z"]),
        ("([a|b]:1.3)", ["(a:1.3)", "(b:1.3)", "(a:1.3)", "(b:1.3)"]),
        ("[(x:1.2):[y]:0.5]", ["(x:1.2)", "(x:1.2)", "[y]", "[y]"]),
        (r"\[a|b\]", [r"\[a|b\]"] * 4),
        ("[open (a|b", ["[open (a|b"] * 4),
        ("shut ] (x|y)", ["shut ] (x|y)"] * 4),
    ],
)
def test_editing_by_step(prompt: str, expected: list[str]) -> None:
    assert list(texts_by_step(prompt, 4)) == expected


@pytest.mark.parametrize(
    "hostile", ["[" * 50_000, "(" * 50_000, "[a|" * 20_000, " " * 100_000, "[a:" * 30_000]
)
def test_hostile_prompts_are_read_in_bounded_time(hostile: str) -> None:
    assert pieces(hostile) is not None and len(texts_by_step(hostile, 3)) == 3
    assert split_and(hostile) and split_loras(hostile)[1] == ()
