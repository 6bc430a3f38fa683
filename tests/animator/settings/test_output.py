"""The settings of the film file: what they may be, and what other packages add."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError

from animator.errors import PluginError
from animator.film.formats import FORMATS, PLUGINS, find_format
from animator.film.spec import VideoSpec
from animator.film.writer import VideoWriter
from animator.runs.video_specs import film_path
from animator.settings import Animation
from animator.settings.output import Output

Make = Callable[..., Animation]


def choices(setting: str) -> list[str]:
    found: list[str] = Output.model_json_schema()["properties"][setting]["enum"]
    return found


def test_the_json_schema_lists_what_may_be_chosen() -> None:
    assert choices("format") == list(FORMATS)
    assert choices("codec") == ["auto", "h264", "h265", "av1", "vp9", "prores", "ffv1"]
    assert choices("encoder") == ["auto", "nvenc", "vaapi", "videotoolbox"]


def test_names_are_taken_in_any_case() -> None:
    assert Output.model_validate({"format": "MKV", "codec": "FFV1"}).film_format is FORMATS["mkv"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"format": "webmm"}, "did you mean `webm`"),
        ({"format": "avi"}, "known: mp4, webm"),
        ({"codec": "h263"}, "did you mean `h26"),
        ({"codec": "vp9"}, "codec: vp9 does not go into mp4; expected h264, h265, av1"),
        ({"encoder": "nvec"}, "did you mean `nvenc`"),
        ({"format": 3}, "known: mp4, webm"),
        ({"format": True}, "valid string"),
    ],
)
def test_wrong_names_are_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Output.model_validate(wrong)


@pytest.mark.parametrize("made", FORMATS.values(), ids=lambda made: made.name)
def test_the_folder_of_frames_is_the_film_of_a_sequence_alone(make_animation: Make, made: Any) -> None:
    path = film_path(Path("run"), make_animation(name="lake", output={"format": made.name}))
    assert path == Path("run/frames" if made.is_sequence else f"run/lake.{made.name}")


@pytest.mark.usefixtures("extras")
def test_another_package_adds_a_format(make_animation: Make, tmp_path: Path) -> None:
    assert choices("format") == [*FORMATS, "apng"]
    asked = make_animation(output={"format": "apng"})
    path = film_path(tmp_path, asked)
    with VideoWriter(VideoSpec(path, (32, 32), 10, asked.output.encoding)) as writer:
        for shade in (0, 90, 180):
            writer.write(np.full((32, 32, 3), shade, np.uint8))
    with Image.open(path) as image:
        assert (path.name, image.n_frames, image.info["loop"]) == ("untitled.apng", 3, 0)
        image.seek(2)
        assert np.asarray(image.convert("RGB")).max() == 180


@pytest.mark.usefixtures("extras")
def test_other_packages_are_not_imported_for_a_format_that_is_built_in() -> None:
    sys.modules.pop("animator_extras.formats", None)
    assert Output(format="webm").film_format is FORMATS["webm"]
    assert "animator_extras.formats" not in sys.modules


def test_a_package_without_the_format_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("animator.core.plugins.load", lambda group, name: object())
    monkeypatch.setattr("animator.core.plugins.names", lambda group: ("apng",) if group == PLUGINS else ())
    with pytest.raises(PluginError, match="'apng': its package offers no Format of that name"):
        find_format("apng")
    with pytest.raises(ValidationError, match="offers no Format"):
        Output(format="apng")
