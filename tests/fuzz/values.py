"""Values of strangers: texts, numbers and containers at the edges, for any place in a file."""

from typing import Any

from hypothesis import strategies as st

NUMBERS = (
    "0", "-0", "-1", "1.5", "1e999", "-1e999", "1e-999", "1e400", "1e38", "1e39", "1e308", "²", "½", "١٢",
    "0x10", "1_000", "1,5", "nan", ".nan", ".inf", "-.inf", "inf", "2**63", "9223372036854775808",
    "18446744073709551616", "00012", "4294967296", "9" * 101, "9" * 400, "9" * 5000, "1e", "+", "--1",
    "0.1.2", "1:30", "on", "~", "null", "true",
)  # fmt: skip
"""Numbers as texts, and what might be taken for one."""
TEXTS = (
    "", " ", "\0", "a\0b", "\x1b[31mred\x1b[0m", "\ud83d", "a \udcff", "\u202egnp.exe", "\ufeff", "\u2028",
    "\r", "\t", "\n\n", "a" * 300, "é" * 200, "x" * 20_000, "{" * 500, "(" * 500, "[" * 500,
    "[" + " " * 2000, "!" * 500, "<" * 90, "`" * 99, "{0}", "{a}", "%s%n%d", "%", "%09d", "{a|b}", "{a|",
    "__color__", "____", "__../../etc/passwd__", "<lora:x:1>", "/", "//", ".", "..", "../..", "~",
    "~nobody-lives-here/x", "~root/x", "/dev/zero", "/dev/null", "/proc/self/mem", "a/b/c/d", "/etc/passwd",
    "file:///etc/passwd", "http://127.0.0.1:9/x.png", "https://", "http://[", "pipe:0", "-", "-i", "--",
    "concat:a|b", "con", "nul.png", "x" * 240 + ".png", "C:\\film\\a.png", "\\\\host\\share",
    "=cmd|' /C calc'!A0", "$(id)", "`t", "`1/0`", "`t**99999`", "a:b", "a: b", "# a", "- a", "? a", "&a",
    "*a", "!!python/object:os.system", "<<", "0:(1)", "0:(1), 5:(t)", "0:(", "0:(1/0)", "0:(9**9**9)",
    "max_f", "t", "50%", "2b", "none", "None", "clip", "starter",
)  # fmt: skip
TEXT = st.sampled_from(TEXTS) | st.sampled_from(NUMBERS) | st.text(max_size=20)
"""A text that may stand anywhere."""
ASCII = st.text(st.characters(codec="ascii"), max_size=12)
WHOLE = st.sampled_from((0, -1, 1, 2, 7, 8, 64, 2**31, 2**32, 2**53, 2**63, 2**64, -(2**63), 10**30, 10**120))
REAL = st.sampled_from(
    (0.0, -0.0, 0.5, -0.5, 1e-45, 1e-320, 1e38, 1e39, 1e300, 1e308, float("inf"), float("nan"))
)
SCALAR = st.none() | st.booleans() | WHOLE | REAL | TEXT | st.integers(-3, 300) | st.floats()
VALUE: st.SearchStrategy[Any] = st.recursive(
    SCALAR,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            TEXT | st.sampled_from(("0", "5", "value", "ease", "after", "use")), inner, max_size=4
        )
    ),
    max_leaves=6,
)
"""Any plain value, as YAML and JSON have them."""
DEPTHS = (50, 400, 3_000)


def nested(depth: int, opening: str = "[", closing: str = "]") -> str:
    """Returns brackets in brackets."""
    return opening * depth + closing * depth
