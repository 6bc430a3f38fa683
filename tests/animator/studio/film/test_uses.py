"""What a file that a person has sent can be in a film."""

from pathlib import Path

import pytest

from animator.errors import UserError
from animator.presets import yaml_text
from animator.server.uploads import Upload
from animator.studio.film.uses import used_as, uses_of


def upload(name: str, kind: str) -> Upload:
    return Upload("ab", Path("uploads") / name, 3, kind, 0)


@pytest.mark.parametrize(
    ("name", "kind", "settings"),
    [
        ("ab.png", "a PNG image", {"init.image", "mask.mask_file", "color.image"}),
        ("ab.mp4", "a video (MP4 or MOV)", {"video.path", "mask.video_mask_path", "sound.soundtrack_path"}),
        ("ab.m4a", "a video (MP4 or MOV)", {"sound.soundtrack_path"}),
        ("ab.wav", "of an unknown kind", {"sound.soundtrack_path"}),
        ("ab.yaml", "text", set()),
        ("ab", "a program", set()),
    ],
)
def test_a_file_can_be_what_its_kind_allows(name: str, kind: str, settings: set[str]) -> None:
    assert {".".join(use.setting) for use in uses_of(upload(name, kind))} == settings


@pytest.mark.parametrize(("name", "kind"), [("ab.png", "a PNG image"), ("ab.mp4", "a video (MP4 or MOV)")])
def test_a_use_names_the_file_and_leaves_the_rest_of_the_text(name: str, kind: str) -> None:
    file = upload(name, kind)
    for use in uses_of(file):
        text = used_as("# mine\nframes: 4  # few\nprompts: a lake\n", use, file)
        assert text.startswith("# mine\nframes: 4  # few\nprompts: a lake\n")
        values = yaml_text.read(text, "film").values
        assert values[use.setting[0]][use.setting[1]] == name
        for (group, setting), value in use.also:
            assert values[group][setting] == value


def test_a_text_that_is_no_yaml_is_left_alone() -> None:
    file = upload("ab.png", "a PNG image")
    with pytest.raises(UserError, match="is not YAML"):
        used_as("frames: [", uses_of(file)[0], file)
