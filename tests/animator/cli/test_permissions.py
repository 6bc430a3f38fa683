"""Permissions on the command line: no preset, run folder or image gives them."""

import io
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import torch
from PIL import Image

from tests.animator.cli.in_process import animator
from tests.site import serving

Captured = pytest.CaptureFixture[str]
SMALL = "size: [64, 64]\nframes: 3\nprompts: a lake\ndiffusion: {seed: 3, steps: 2}\n"


class Overwrites(torch.nn.Module):
    """Called as FILM is; a program that writes a file when it runs."""

    def forward(self, first: torch.Tensor, second: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        """The first image."""
        torch.save(first, "overwritten")
        return first


@pytest.fixture
def film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A preset with a hostile interpolation model beside it."""
    monkeypatch.chdir(tmp_path)
    torch.jit.save(torch.jit.script(Overwrites()), tmp_path / "film.pt")
    path = tmp_path / "film.yaml"
    path.write_text(f"{SMALL}frame_interpolation: {{engine: FILM, model: film.pt}}\n")
    return path


@pytest.mark.parametrize("command", ["check", "render", "batch"])
def test_a_program_as_model_does_not_run(film: Path, capsys: Captured, command: str) -> None:
    code, printed = animator(capsys, command, film)
    assert code == (1 if command == "batch" else 2)
    assert "film.pt: is a program (TorchScript)" in printed
    assert not Path("overwritten").exists() and not list(Path().rglob("frames/*.png"))


def test_check_opens_no_model_even_if_code_is_allowed(film: Path, capsys: Captured) -> None:
    code, _ = animator(capsys, "check", film, "--allow-code")
    assert code == 0 and not Path("overwritten").exists()


def test_a_program_runs_with_allow_code_and_only_in_that_session(film: Path, capsys: Captured) -> None:
    code, printed = animator(capsys, "render", film, "--out", "run", "--allow-code")
    assert code == 0, printed
    Path("overwritten").unlink()
    for command in (("resume", "run"), ("encode", "run", "--out", "again.mp4")):
        code, printed = animator(capsys, *command)
        assert code == 2 and "--allow-code" in printed, printed
    assert not Path("overwritten").exists()


@pytest.mark.parametrize("line", ["allow_code: true", "allow_pickle: true", "permissions: {code: true}"])
def test_a_preset_cannot_give_permissions(film: Path, capsys: Captured, line: str) -> None:
    film.write_text(f"{film.read_text()}{line}\n")
    code, printed = animator(capsys, "check", film, "--allow-code")
    assert code == 2 and line.partition(":")[0] in printed


class Site(BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.end_headers()
        buffer = io.BytesIO()
        Image.new("RGB", (64, 64), "teal").save(buffer, "PNG")
        self.wfile.write(buffer.getvalue())

    def log_message(self, *args: object) -> None:
        """Keeps the test output clean."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    Site.asked = []
    with serving(Site, monkeypatch) as url:
        yield url


@pytest.mark.parametrize(
    "settings",
    [
        "download: true\ninit: {image: 'URL/a.png'}\n",
        "download: true\nmask: {use_mask: true, mask_file: 'URL/a.png'}\n",
        "mode: video\nvideo: {path: 'URL/a.mp4', allow_url: true}\n",
        "sound: {add_soundtrack: File, soundtrack_path: 'URL/a.mp3', allow_url: true}\n",
    ],
)
def test_a_preset_cannot_allow_the_network(
    tmp_path: Path, site: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch, settings: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("film.yaml").write_text(SMALL + settings.replace("URL", site))
    for options in ([], ["--allow-download"], ["--allow-host", "127.0.0.2"]):
        code, printed = animator(capsys, "render", "film.yaml", "--out", "run", *options)
        assert code == 2, printed
        assert "--allow-host 127.0.0.1" in printed
    assert Site.asked == [] and not list(Path().rglob("frames/*.png"))


def test_a_named_host_is_asked_and_the_record_of_a_frame_gives_no_permission(
    tmp_path: Path, site: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("film.yaml").write_text(f"{SMALL}init: {{image: '{site}/a.png'}}\ndownload: true\n")
    code, printed = animator(capsys, "render", "film.yaml", "--out", "run", "--allow-host", "127.0.0.1")
    assert code == 0, printed
    assert Site.asked == ["/a.png"]
    frame = next(Path("run/frames").glob("*.png"))
    code, printed = animator(capsys, "render", "--settings-from", frame, "--out", "other")
    assert code == 2 and "--allow-host 127.0.0.1" in printed and Site.asked == ["/a.png"]
