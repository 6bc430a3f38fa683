"""Mask expressions: what they mean, and how mistakes are reported."""

import pytest

from animator.masks.expression import MAX_DEPTH, MAX_MASKS, Leaf, Not, Pair, leaves, parse_mask
from schedules import ScheduleError

A, B, C = Leaf("file", "a.png"), Leaf("word", "blue sky"), Leaf("name", "everywhere")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("[a.png]", A),
        (" [ a.png ] ", A),
        ("((<blue sky>))", B),
        ("!{everywhere}&[a.png]", Pair("&", Not(C), A)),
        ("!!<blue sky>", Not(Not(B))),
        ("[a.png]|<blue sky>&{everywhere}", Pair("|", A, Pair("&", B, C))),
        ("[a.png]^<blue sky>|{everywhere}", Pair("^", A, Pair("|", B, C))),
        ("[a.png]\\<blue sky>^{everywhere}", Pair("\\", A, Pair("^", B, C))),
        ("[a.png]\\<blue sky>\\{everywhere}", Pair("\\", Pair("\\", A, B), C)),
        ("[a.png]&(<blue sky>|{everywhere})", Pair("&", A, Pair("|", B, C))),
        ("!([a.png]|<blue sky>)", Not(Pair("|", A, B))),
    ],
)
def test_trees(text: str, tree: object) -> None:
    assert parse_mask(text) == tree


def test_leaves_are_named_from_left_to_right() -> None:
    assert tuple(leaves(parse_mask("!{everywhere} \\ ([a.png] ^ <blue sky>)"))) == (C, A, B)


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("", "the mask is empty", 0),
        ("sky", "`s` is not a mask", 0),
        ("[a.png] <sky>", "two masks without an operator", 8),
        ("([a.png]", "the bracket `(` is not closed", 0),
        ("[a.png])", "the bracket `)` closes nothing", 7),
        ("[a.png", "the bracket `[` is not closed", 0),
        ("[a.png]&", "a mask is missing after `&`", 7),
        ("|[a.png]", "a mask is missing before `|`", 0),
        ("[a.png]&()", "a mask is missing before `)`", 9),
        ("[]", "nothing between the brackets", 0),
        ("{video_msk}", "mask {video_msk} is unknown", 0),
        ("{everywhere} & {human_mask}", "mask {human_mask} is unknown", 15),
    ],
)
def test_a_mistake_says_where_it_is(text: str, message: str, column: int) -> None:
    with pytest.raises(ScheduleError) as caught:
        parse_mask(text)
    assert message in caught.value.message
    assert caught.value.column == column and (caught.value.hint or not text)


def test_names_are_suggested() -> None:
    with pytest.raises(ScheduleError, match=r"did you mean `\{video_mask\}`\?"):
        parse_mask("{video_msk}")
    with pytest.raises(ScheduleError, match="cuts people out"):
        parse_mask("{human_mask}")


@pytest.mark.parametrize(
    "text",
    [
        "(" * (MAX_DEPTH + 2) + "[a]" + ")" * (MAX_DEPTH + 2),
        "!" * (MAX_DEPTH + 2) + "[a]",
        "&".join(["[a]"] * (MAX_MASKS + 1)),
        "[" + "a" * 3000 + "]",
    ],
)
def test_work_is_bounded(text: str) -> None:
    with pytest.raises(ScheduleError, match=r"more than|expected at most"):
        parse_mask(text)
