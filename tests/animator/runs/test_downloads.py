"""Images by URL: downloaded only where a film permits it, once, within bounds."""

import io
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import torch
from PIL import Image

from animator.core.permissions import Permissions, allow, grant
from animator.errors import PresetError, UserError
from animator.images import image_file
from animator.models.diffusion.fake import FakeDiffuser
from animator.presets.load import load
from animator.runs import downloads
from animator.runs.downloads import download_image, with_downloads
from animator.runs.render_run import open_run, render_run
from animator.settings import Animation
from tests.fakes import Make
from tests.site import serving


def image(kind: str = "PNG", size: tuple[int, int] = (64, 64)) -> bytes:
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(buffer, kind)
    return buffer.getvalue()


class Site(BaseHTTPRequestHandler):
    """A few good and bad responses; records the requests."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/start.png")
            self.end_headers()
        elif self.path == "/to-a-file":
            self.send_response(302)
            self.send_header("Location", "file:///etc/hostname")
            self.end_headers()
        else:
            pages = {"/start.png": image(), "/start.jpg": image("JPEG"), "/page": b"<html></html>"}
            pages |= {"/gif": image("GIF"), "/cut.png": image()[:-40], "/large": b"0" * 3000}
            self.send_response(200 if self.path in pages else 404)
            self.end_headers()
            self.wfile.write(pages.get(self.path, b""))

    def log_message(self, *args: object) -> None:
        """Logs no request."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    Site.asked = []
    with serving(Site, monkeypatch) as url, allow(hosts=["127.0.0.1"]):
        yield url


def test_a_film_starts_from_a_downloaded_image_and_resumes_offline(
    make_animation: Make, tmp_path: Path, site: str
) -> None:
    def finish(name: str, animation: Animation, *, stop: int | None = None, resume: bool = False) -> None:
        with open_run(animation, tmp_path / name, resume=resume) as run:
            render_run(run, diffuser=FakeDiffuser(), device=torch.device("cpu"), end=stop)

    (tmp_path / "start.png").write_bytes(image())
    by_path = make_animation(init={"image": str(tmp_path / "start.png")})
    by_url = make_animation(init={"image": f"{site}/start.png"}, download=True)
    finish("path", by_path)
    finish("url", by_url, stop=2)
    assert Site.asked == ["/start.png"]
    finish("url", by_url, resume=True)
    assert Site.asked == ["/start.png"]  # the run's own copy was read
    for frame in sorted((tmp_path / "path" / "frames").iterdir()):
        with Image.open(frame) as one, Image.open(tmp_path / "url" / "frames" / frame.name) as other:
            assert one.tobytes() == other.tobytes(), frame.name


def test_nothing_is_downloaded_without_permission(make_animation: Make, tmp_path: Path, site: str) -> None:
    preset = tmp_path / "film.yaml"
    preset.write_text(f"init: {{image: '{site}/start.png'}}")
    animation = make_animation(init={"image": f"{site}/start.png"})
    with grant(Permissions()):
        with pytest.raises(PresetError, match=r"init.image: .* is a URL; .* `download: true`"):
            load(preset)
        assert load(preset, ["download=true"]).init.image == f"{site}/start.png"
        with pytest.raises(UserError, match="fetched only with `download: true`"):
            with_downloads(animation, tmp_path)
        with pytest.raises(
            UserError, match=r"127\.0\.0\.1, which is not a public .* allow connections to 127"
        ):
            with_downloads(animation.model_copy(update={"download": True}), tmp_path)
    assert Site.asked == []
    assert load(preset).init.image == f"{site}/start.png"  # the permission alone is enough, too


def test_clips_have_a_permission_of_their_own(tmp_path: Path, site: str) -> None:
    preset = tmp_path / "film.yaml"
    preset.write_text(f"download: true\nmode: video\nvideo: {{path: '{site}/clip.mp4'}}")
    with grant(Permissions()), pytest.raises(PresetError, match=r"video\.path: .* set video\.allow_url"):
        load(preset)


def test_images_of_the_usual_kinds_and_redirects_are_downloaded(tmp_path: Path, site: str) -> None:
    names = [
        download_image(f"{site}{path}", tmp_path).suffix for path in ("/start.png", "/start.jpg", "/moved")
    ]
    assert names == [".png", ".jpg", ".png"]
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/no-such", "cannot be downloaded: Not Found"),
        ("/page", "is an HTML page; expected a PNG image, a JPEG image, a WebP image"),
        ("/gif", "is a GIF image; expected a PNG image"),
        ("/cut.png", "is a PNG image that cannot be decoded"),
        ("/large", "it is larger than 0.002 MB"),
        ("/to-a-file", "cannot be downloaded"),
    ],
)
def test_a_download_that_is_not_an_image_is_an_error_and_not_kept(
    tmp_path: Path, site: str, path: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "LIMITS", replace(downloads.LIMITS, max_bytes=2000))
    with pytest.raises(UserError, match=message) as caught:
        download_image(site + path, tmp_path)
    assert str(caught.value).startswith(site + path) and caught.value.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_huge_image_is_refused_before_it_is_decoded(
    tmp_path: Path, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_file, "MAX_PIXELS", 1000)
    with pytest.raises(UserError, match="has 64 x 64 pixels; expected at most 1000"):
        download_image(f"{site}/start.png", tmp_path)


def test_a_missing_or_slow_site_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(downloads, "LIMITS", replace(downloads.LIMITS, timeout_s=0.2))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with allow(hosts=["127.0.0.1"]), pytest.raises(UserError, match="timed out"):
            download_image(f"http://127.0.0.1:{port}/a.png", tmp_path)
    with allow(hosts=["127.0.0.1"]), pytest.raises(UserError, match="refused"):
        download_image(f"http://127.0.0.1:{port}/a.png", tmp_path)
