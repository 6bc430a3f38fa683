"""ZIP archives that are written while they are sent."""

import io
import zipfile
from pathlib import Path

from animator.server.files.zip_stream import BLOCK, Packed, zip_stream


def opened(files: list[Packed]) -> zipfile.ZipFile:
    """The archive of files, checked."""
    archive = zipfile.ZipFile(io.BytesIO(b"".join(zip_stream(files))))
    assert archive.testzip() is None
    return archive


def test_files_are_in_the_archive_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(bytes(range(256)) * (BLOCK // 64))
    archive = opened([Packed(path, "하나/a.bin")])
    assert archive.namelist() == ["하나/a.bin"]
    assert archive.read("하나/a.bin") == path.read_bytes()


def test_files_of_one_name_get_numbers_whatever_their_case(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"1")
    archive = opened([Packed(path, name) for name in ("x/a.png", "x/A.png", "x/a.png", "a.png")])
    assert archive.namelist() == ["x/a.png", "x/A (2).png", "x/a (3).png", "a.png"]


def test_a_file_that_is_gone_is_named_in_the_archive(tmp_path: Path) -> None:
    (tmp_path / "here").write_bytes(b"1")
    archive = opened([Packed(tmp_path / "gone", "x/gone"), Packed(tmp_path / "here", "missing.txt")])
    assert archive.namelist() == ["missing.txt", "missing (2).txt"]
    assert archive.read("missing (2).txt").startswith(b"x/gone: cannot be read")


def test_a_large_file_is_sent_in_parts(tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(b"\0" * (4 * BLOCK))
    assert max(map(len, zip_stream([Packed(path, "large")]))) < 2 * BLOCK
