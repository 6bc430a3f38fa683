"""Damaged files: what a fuzz test feeds to a reader besides noise.

A reader rejects noise at its first bytes. A valid file with a few bytes changed, cut out, doubled or
replaced by extreme values reaches the code behind them.
"""

from collections.abc import Iterable

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

EXTREMES = (
    b"\0",
    b"\xff",
    b"\x7f\xff\xff\xff",
    b"\xff\xff\xff\xff",
    b"\0\0\0\0",
    b"\x80\0\0\0",
    b"-1",
    b"1e999",
)
MAX_CHANGES = 4


@st.composite
def damaged(draw: DrawFn, valid: bytes) -> bytes:
    """Draws a valid file's bytes after a few changes."""
    data = valid
    for _ in range(draw(st.integers(1, MAX_CHANGES))):
        at = draw(st.integers(0, len(data)))
        end = draw(st.integers(at, min(len(data), at + 16)))
        new = draw(st.sampled_from(EXTREMES) | st.binary(max_size=8) | st.just(data[at:end] * 2))
        kind = draw(st.sampled_from(("replace", "cut")))
        data = data[:at] + new + data[end:] if kind == "replace" else data[:at]
    return data


def damaged_files(valid: Iterable[bytes]) -> SearchStrategy[bytes]:
    """Returns a strategy for the bytes of damaged copies of valid files, and for noise."""
    files = tuple(valid)
    return st.binary(max_size=200) | st.sampled_from(files).flatmap(damaged)
