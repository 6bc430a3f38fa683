"""Published weights of upscalers and interpolators: downloaded on request alone, and checked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from animator.core.fetch import PublicFile
from animator.core.permissions import allow
from animator.errors import ModelError
from animator.film.interpolation import find_weights as weights
from animator.film.interpolation.flow import FlowInterpolator
from animator.film.interpolation.open_interpolator import open_interpolator
from animator.film.upscaling import find_upscaler as upscalers
from animator.film.upscaling.open_upscaler import open_upscaler
from animator.film.upscaling.upscaler import Lanczos
from animator.models.published import Published
from tests.weights_site import CHECKSUM, WEIGHTS, empty_models, serving_weights

NAME = "realesrgan-x4plus"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one folder of models, empty."""
    return empty_models(tmp_path, monkeypatch)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with serving_weights(monkeypatch) as url:
        yield url


def at(site: str, name: str, checksum: str = CHECKSUM) -> Published:
    return Published((name,), PublicFile(f"{site}/{name}", checksum))


def test_an_upscaler_is_downloaded_where_that_is_permitted(
    site: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upscalers, "KNOWN", {NAME: at(site, "RealESRGAN_x4plus.pth")})
    with allow(hosts=["127.0.0.1"], pickle=True):
        assert upscalers.find_upscaler(NAME, (folder,)) is None  # a check downloads nothing
        assert list(folder.iterdir()) == []
        found = upscalers.find_or_download_upscaler(NAME, (folder,))
    assert found == folder / "RealESRGAN_x4plus.pth" and found.read_bytes() == WEIGHTS
    assert upscalers.find_upscaler(NAME, (folder,)) == found


@pytest.mark.parametrize(("hosts", "pickle"), [((), False), (("127.0.0.1",), False), ((), True)])
def test_without_permission_lanczos_is_used_as_before(
    site: str, folder: Path, monkeypatch: pytest.MonkeyPatch, hosts: tuple[str, ...], pickle: bool
) -> None:
    monkeypatch.setattr(upscalers, "KNOWN", {NAME: at(site, "RealESRGAN_x4plus.pth")})
    with allow(hosts=hosts, pickle=pickle):
        assert isinstance(open_upscaler(NAME, 2, (folder,), "cpu"), Lanczos)
        upscalers.check_network(NAME, (folder,))
    assert list(folder.iterdir()) == []


def test_other_upscalers_than_the_published_ones_are_refused(
    site: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upscalers, "KNOWN", {NAME: at(site, "RealESRGAN_x4plus.pth", "0" * 64)})
    with (
        allow(hosts=["127.0.0.1"], pickle=True),
        pytest.raises(ModelError, match=r"upscaling\.model: realesrgan-x4plus could not be downloaded"),
    ):
        upscalers.find_or_download_upscaler(NAME, (folder,))


@pytest.mark.parametrize(
    ("engine", "file", "permission"),
    [("RIFE v4.6", "flownet_v4.6.pkl", "pickle"), ("FILM", "film_net_fp32.pt", "code")],
)
def test_the_weights_of_an_interpolator_are_downloaded_where_that_is_permitted(
    site: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    engine: str,
    file: str,
    permission: str,
) -> None:
    assert weights.PUBLISHED[engine].names == (file,)
    monkeypatch.setattr(weights, "PUBLISHED", {engine: at(site, file)})
    with allow(hosts=["127.0.0.1"]):
        assert isinstance(open_interpolator(engine, "", "cpu", (folder,)), FlowInterpolator)
    with allow(hosts=["127.0.0.1"], **{permission: True}):
        assert weights.find_weights(engine, "", (folder,)) is None
        assert weights.find_or_download_weights(engine, "", (folder,)) == folder / file
    assert weights.find_weights(engine, "", (folder,)) == folder / file


def test_other_weights_than_the_published_ones_are_refused(
    site: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "PUBLISHED", {"RIFE v4.6": at(site, "flownet_v4.6.pkl", "0" * 64)})
    with (
        allow(hosts=["127.0.0.1"], pickle=True),
        pytest.raises(ModelError, match=r"weights of RIFE v4\.6 could not be downloaded"),
    ):
        open_interpolator("RIFE v4.6", "", "cpu", (folder,))


def test_addresses_are_https_and_end_in_the_file() -> None:
    for published in (*upscalers.KNOWN.values(), *weights.PUBLISHED.values()):
        assert published.source.url.startswith("https://github.com/")
        assert published.source.url.rsplit("/", 1)[1] == published.names[0]
