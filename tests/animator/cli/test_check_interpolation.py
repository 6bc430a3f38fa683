"""What `check` says of frame interpolation through the command line."""

from pathlib import Path

import pytest

from tests.animator.cli.in_process import animator


@pytest.mark.parametrize("engine", ["FILM", "RIFE v4.6"])
def test_check_warns_of_an_engine_without_weights(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, engine: str
) -> None:
    preset = tmp_path / "film.yaml"
    preset.write_text(
        f"size: 64\nframes: 2\nfps: 12\nprompts: {{0: a lake}}\nframe_interpolation: {{engine: {engine}}}\n"
    )
    code, _ = animator(capsys, "check", preset)
    assert code == 0
    assert f"{engine} needs its weights in frame_interpolation.model" in caplog.text
