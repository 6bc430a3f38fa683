"""RAFT's weights: downloaded on request alone, checked, and replaced by DIS in words."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from animator.core.fetch import PublicFile
from animator.core.permissions import allow
from animator.errors import AllowDownload, ModelError
from animator.models.flow import find_raft
from animator.models.flow.open_flow import open_flow
from animator.models.flow.opencv import Dis
from animator.models.published import Published
from tests.weights_site import CHECKSUM, WEIGHTS, empty_models, serving_weights


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one folder of models, empty."""
    return empty_models(tmp_path, monkeypatch)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with serving_weights(monkeypatch) as url:
        published = PublicFile(f"{url}/raft.pth", CHECKSUM)
        monkeypatch.setattr(find_raft, "RAFT", Published(find_raft.RAFT_FILES, published))
        yield url


def test_missing_weights_are_downloaded_where_that_is_permitted(site: str, folder: Path) -> None:
    with allow(hosts=["127.0.0.1"]):
        assert find_raft.find_raft("", (folder,)) is None  # a check downloads nothing
        assert list(folder.iterdir()) == []
        found = find_raft.find_or_download_raft("", (folder,))
    assert found == folder / find_raft.RAFT_FILES[0]
    assert found.read_bytes() == WEIGHTS
    assert find_raft.find_raft("", (folder,)) == found


def test_without_permission_the_error_says_what_permits_it(site: str, folder: Path) -> None:
    with pytest.raises(ModelError, match=r"RAFT needs the path of its weights") as caught:
        find_raft.find_or_download_raft("", (folder,))
    assert isinstance(caught.value.hint, AllowDownload)
    assert list(folder.iterdir()) == []


def test_other_weights_than_the_published_ones_are_refused(
    site: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = PublicFile(f"{site}/raft.pth", "0" * 64)
    monkeypatch.setattr(find_raft, "RAFT", Published(find_raft.RAFT_FILES, other))
    with (
        allow(hosts=["127.0.0.1"]),
        pytest.raises(ModelError, match="could not be downloaded"),
    ):
        find_raft.find_or_download_raft("", (folder,))


def test_dis_stands_in_for_weights_that_cannot_be_had_and_says_so(
    site: str, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    import torch

    other = PublicFile(f"{site}/raft.pth", "0" * 64)
    monkeypatch.setattr(find_raft, "RAFT", Published(find_raft.RAFT_FILES, other))
    with allow(hosts=["127.0.0.1"], stand_ins=True), caplog.at_level(logging.WARNING):
        assert isinstance(open_flow("RAFT", "", torch.device("cpu"), (folder,)), Dis)
    assert "DIS flow stands in for it" in caplog.text


def test_a_file_that_is_named_is_never_downloaded(site: str, folder: Path) -> None:
    with allow(hosts=["127.0.0.1"]), pytest.raises(ModelError, match="no such file"):
        find_raft.find_or_download_raft(str(folder / "gone.pth"), (folder,))
