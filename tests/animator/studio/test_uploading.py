"""Images of the server become uploads, which settings may name."""

from pathlib import Path

import pytest

from animator.errors import UserError
from animator.server.uploads import Uploads
from animator.studio.uploading import as_upload


def test_an_image_is_copied_once_and_named_by_its_content(tmp_path: Path) -> None:
    path, uploads = tmp_path / "a.png", Uploads(tmp_path / "uploads", capacity=1000)
    path.write_bytes(b"an image")
    first, again = as_upload(path, uploads), as_upload(path, uploads)
    assert first == again and first.path.suffix == ".png" and first.path.read_bytes() == b"an image"


def test_an_image_that_is_gone_and_a_full_disk_are_told_apart(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path / "taken" / "uploads", capacity=1000)
    (tmp_path / "taken").write_text("")
    with pytest.raises(UserError, match=r"^a\.png: cannot be read: .*moved or deleted"):
        as_upload(tmp_path / "a.png", uploads)
    (tmp_path / "a.png").write_bytes(b"an image")
    with pytest.raises(UserError, match=r"^a\.png: cannot be stored: "):
        as_upload(tmp_path / "a.png", uploads)
