"""Mask expressions."""

from hypothesis import given
from hypothesis import strategies as st

from animator.masks.expression import parse_mask
from schedules import ScheduleError
from tests.fuzz.bounded import bounded
from tests.fuzz.damage import damaged
from tests.fuzz.values import TEXT

PIECES = (
    "{video_mask}", "{everywhere}", "{", "}", "[", "]", "<", ">", "(", ")", "!", "&", "|", "^", "\\",
    "<sky>", "[a.png]", "[ ]", "{human_mask}", "{video_maks}", " " * 900, "((", "))", "!!!!!!!!", "[a]b",
    "🎉", "\0", "\n",
)  # fmt: skip
VALID = (b"({video_mask} & [hand.png]) | !<sky>", b"!(!{init_mask} ^ <a red car>) \\ {everywhere}")
TEXTS = (
    st.lists(st.sampled_from(PIECES) | TEXT, max_size=60).map("".join)
    | st.sampled_from(VALID).flatmap(damaged).map(lambda data: data.decode("utf-8", "surrogateescape"))
    | st.tuples(st.sampled_from(("(", "!", "{everywhere}&", "!(", "[", "{ ")), st.integers(1, 2500)).map(
        lambda pair: pair[0] * pair[1]
    )
)


@given(TEXTS)
def test_a_mask_expression_is_read_or_refused(text: str) -> None:
    with bounded(ScheduleError):
        parse_mask(text)
