"""Infotexts of any text: read, written and read again, turned into a film or refused."""

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from animator.errors import UserError
from animator.generation.preflight import check_images
from animator.generation.recorded import draft_of_infotext
from animator.presets.infotext import Infotext
from animator.presets.infotext_preset import infotext_preset
from animator.presets.load import resolve

PARTS = (
    *(
        "a lake",
        "\n",
        "\r\n",
        "Negative prompt:",
        "Steps:",
        " 20",
        ", ",
        "Sampler: Euler a",
        "Seed: ",
        "Size: 64x64",
    ),
    *(
        "Size: 9x",
        "CFG scale: 7",
        "Clip skip: 2",
        "Model: x",
        "Schedule type: Karras",
        'Lora hashes: "a: 1, b"',
    ),
    *("Outpaint left: 8", "Mask blur: ", "Tiling: ", "Refiner: ", "Denoising strength: ", "freeu_b1: 2"),
    *('ControlNet 0: "Module: canny, Model: x, Weight: ', '"', "Hires resize: 64x", "Hires sampler: "),
    *("Template: {a|b}", "Hires upscale: 2", "-1", "1e999", "9" * 40, "nan"),
    *'"\\{[]}:\x00\ud800',
)
TEXTS = st.lists(st.sampled_from(PARTS), max_size=20).map("".join) | st.text(max_size=60)


@given(TEXTS)
def test_any_text_is_an_infotext_that_is_read_again_the_same(text: str) -> None:
    first = Infotext.parse(text)
    assert first.summary.count("\n") == 0
    if first.fields and "Steps" in first.fields and "\n" not in first.trailing:
        again = Infotext.parse(first.text)
        assert again.positive == Infotext.parse(again.text).positive


@given(TEXTS)
def test_a_film_of_any_infotext_is_valid_or_refused(text: str) -> None:
    with suppress(UserError):
        resolve(infotext_preset(text, "image.txt"))


@given(TEXTS)
def test_settings_of_images_are_valid_or_refused(text: str) -> None:
    draft, notes = draft_of_infotext(text, "image.png")
    assert all(note.startswith("image.png (infotext): ") for note in notes)
    with suppress(UserError):
        check_images(draft, opens_model=False)
