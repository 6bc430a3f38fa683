"""The file manager opens for a person at the server's machine, and only with a folder."""

import sys
from pathlib import Path

import pytest
from fastapi import Request

from animator.errors import UserError
from animator.studio.gallery.reveal import is_at_this_machine, open_folder
from tests.animator.server.running import wait_until


def request(client: str, host: str, *forwarded: str) -> Request:
    """The request of a browser."""
    headers = [(b"host", host.encode()), *((name.encode(), b"1.2.3.4") for name in forwarded)]
    scope = {"type": "http", "path": "/", "query_string": b"", "headers": headers, "client": (client, 5)}
    return Request({**scope, "scheme": "http", "server": ("127.0.0.1", 80)})


def test_a_browser_on_the_machine_is_told_from_others() -> None:
    assert is_at_this_machine(request("127.0.0.1", "localhost:7860"))
    assert is_at_this_machine(request("::1", "[::1]:7860"))
    assert not is_at_this_machine(request("192.168.1.7", "192.168.1.2:7860"))
    assert not is_at_this_machine(request("127.0.0.1", "films.example"))
    assert not is_at_this_machine(request("127.0.0.1", "localhost", "x-forwarded-for"))
    assert not is_at_this_machine(Request({"type": "http", "headers": [], "client": None}))


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the opener is the system's own")
def test_a_folder_is_the_one_argument_of_the_file_manager(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, folder = tmp_path / "said", tmp_path / "a folder; touch x"
    folder.mkdir()
    opener = tmp_path / "xdg-open"
    opener.write_text(f'#!/bin/sh\nprintf "%s|" "$#" "$1" > "{said}.new" && mv "{said}.new" "{said}"\n')
    opener.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    open_folder(folder)
    wait_until(said.exists)
    assert said.read_text() == f"1|{folder}|"
    with pytest.raises(UserError, match="is not a folder any more"):
        open_folder(tmp_path / "gone")
    monkeypatch.setenv("PATH", str(folder))
    with pytest.raises(UserError, match="xdg-open is not installed"):
        open_folder(folder)
