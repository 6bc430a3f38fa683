"""Learning rates that change at steps."""

import pytest

from animator.training.finetune.rates import RateSchedule


def test_a_rate_holds_until_its_step() -> None:
    schedule = RateSchedule.parse("1e-3:2, 1e-4:5, 1e-5")
    assert [schedule.at(step) for step in range(7)] == [1e-3, 1e-3, 1e-4, 1e-4, 1e-4, 1e-5, 1e-5]
    assert RateSchedule.parse("0.5").at(10**6) == 0.5


def test_the_last_rate_goes_on_after_its_end() -> None:
    assert RateSchedule.parse("1:2, 3:4").at(100) == 3


@pytest.mark.parametrize(
    "text",
    ["", "x", "1e-3,1e-4", "1:5,2:5", "1:0", "1:a", "nan", "inf", "-1", "99", "1::2", ",", "1:" + "9" * 50],
)
def test_what_is_no_rate_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected|between"):
        RateSchedule.parse(text)
