"""The JSON of settings files: what is read, how a mistake is reported, what `repair` makes of it."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animator.errors import FixJson, PresetError
from animator.presets.deforum.settings_text import read_document

SLIPS = [
    ('{\n "a": 1,\n}', "2:8: is not JSON: a comma before the closing }", {"a": 1}),
    ('{"a": [1, 2,\n ]}', "1:12: is not JSON: a comma before the closing ]", {"a": [1, 2]}),
    ('{"a": 1,, "b": 2}', "1:9: is not JSON: an extra comma", {"a": 1, "b": 2}),
    ('{"a": 1\n "b": 2}', "1:8: is not JSON: a comma is missing here", {"a": 1, "b": 2}),
    ('{"a": "x"\n "b": 2}', "1:10: is not JSON: a comma is missing here", {"a": "x", "b": 2}),
    ('{"a": karras, "b": 2}', "1:7: is not JSON: karras has no quotes", {"a": "karras", "b": 2}),
    ("{a: 1}", "1:2: is not JSON: a has no quotes", {"a": 1}),
    ('{"a": True, "b": None}', "1:7: is not JSON: True should be true", {"a": True, "b": None}),
    ("{'a': 'it\\'s'}", "1:2: is not JSON: single quotes", {"a": "it's"}),
    ('{"a": “b”}', "1:7: is not JSON: typographic quotes “", {"a": "b"}),
    ('{"a": 1 // one\n}', "1:9: is not JSON: a comment", {"a": 1}),
    ('{"a": "C:\\SD\\x"}', "1:10: is not JSON: a single backslash", {"a": "C:\\SD\\x"}),
    (r'{"a": "C:\new\video\t.mp4"}', "1:14: is not JSON: a single", {"a": r"C:\new\video\t.mp4"}),
    (r'{"a": "C:\\new\video", "b": "x\ty"}', "1:15: is not JSON: a", {"a": r"C:\new\video", "b": "x\ty"}),
    (r'{"a": "a \"b\" \lake"}', "1:16: is not JSON: a single", {"a": r'a "b" \lake'}),
    (r'{"a": "C:\movies\", "b": "c"}', "1:10: is not JSON: a single", {"a": "C:\\movies\\", "b": "c"}),
    ('{"a": {"20": 0.65"\n}}', '1:18: is not JSON: an extra "', {"a": {"20": 0.65}}),
]


@pytest.mark.parametrize(("text", "message", "meant"), SLIPS, ids=[slip[1][:30] for slip in SLIPS])
def test_a_mistake_is_reported_with_its_place_and_repaired(text: str, message: str, meant: object) -> None:
    with pytest.raises(PresetError) as caught:
        read_document(text, "film.txt")
    assert f"film.txt:{message}" in str(caught.value)
    assert caught.value.hint == FixJson() and caught.value.exit_code == 2
    mended = read_document(text, "film.txt", repair=True)
    assert mended.values == meant
    assert any("repaired" in note.message for note in mended.notes)


def test_the_line_is_shown_with_a_caret_under_the_mistake() -> None:
    with pytest.raises(PresetError) as caught:
        read_document('{\n  "scheduler": karras,\n  "b": 1}', "film.txt")
    *_, line, caret = caught.value.message.splitlines()
    assert line.strip().startswith('"scheduler": karras') and line[caret.index("^")] == "k"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1', "the file ends too early"),
        ('{"a": "b', "unterminated string"),
        ('{"a": @}', "expecting value"),
        ("[1, 2]", "expected an object of settings"),
        ("", "the file ends too early"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
@pytest.mark.parametrize("repair", [False, True])
def test_what_cannot_be_repaired_is_refused(text: str, message: str, repair: bool) -> None:
    with pytest.raises(PresetError, match=message):
        read_document(text, "film.txt", repair=repair)


@pytest.mark.parametrize(
    "text",
    [
        "[film]\nsteps = 20\nseed = 3\n",
        "steps: 20\nseed: 3\n",
        '{"a": 1,}, {"b": 2}',
        '{"a": karras, "b": @}',
        '{"a": 1,',
        "{" + '"a": x, ' * 300 + '"b": 1}',
    ],
)
def test_a_repair_is_promised_only_where_it_makes_a_settings_file(text: str) -> None:
    with pytest.raises(PresetError, match="fix it by hand") as caught:
        read_document(text, "film.txt")
    assert caught.value.hint is None
    with pytest.raises(PresetError):
        read_document(text, "film.txt", repair=True)


def test_several_mistakes_are_repaired_one_after_the_other() -> None:
    text = '{"a": karras,, "b": True,\n "c": [1 2,],}'
    document = read_document(text, "film.txt", repair=True)
    assert document.values == {"a": "karras", "b": True, "c": [1, 2]}
    assert len(document.notes) == 6


WHOLE = json.dumps({"a": {"0": "b, c", "5": 'd "e"'}, "f": [1, 2.5, True, None], "g": "0:(1.02)"}, indent=1)


@given(
    st.lists(st.tuples(st.integers(0, len(WHOLE)), st.sampled_from(list(",:{}[]\"'\\ x1#\n“"))), max_size=6)
)
def test_whatever_is_wrong_the_answer_is_settings_or_a_refusal(slips: list[tuple[int, str]]) -> None:
    text = WHOLE
    for at, character in slips:
        text = text[:at] + character + text[at + 1 :]
    with suppress(PresetError):
        assert isinstance(read_document(text, "film.txt", repair=True).values, dict)


def test_windows_files_and_line_breaks_in_texts_are_read() -> None:
    document = read_document('\ufeff{\r\n "prompts": {"0": "a\r\nb"},\r\n "fps": 12\r\n}\r\n', "film.txt")
    assert document.values == {"prompts": {"0": "a\r\nb"}, "fps": 12}
    assert document.places["fps"] == "film.txt:4:2"


def test_a_duplicate_key_is_noted_and_the_last_value_is_used() -> None:
    document = read_document('{"fps": 12, "fps": 15}', "film.txt")
    assert document.values == {"fps": 15}
    assert [str(note) for note in document.notes] == ["fps: is given more than once; the last value is used"]
