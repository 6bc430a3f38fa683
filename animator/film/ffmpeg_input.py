"""How a film is given to ffmpeg: a file and nothing else, or, where that is allowed, a URL."""

from pathlib import Path

from animator.core.urls import is_url

_LOCAL = "file,pipe"
_REMOTE = "file,pipe,http,https,httpproxy,tcp,tls,crypto"


def is_playlist(path: str | Path) -> bool:
    """True for a text that names other files or addresses: ffmpeg would go there, and wait for more."""
    if is_url(path) or not Path(path).is_file():
        return False
    with Path(path).open("rb") as file:
        head = file.read(256).lstrip(b"\xef\xbb\xbf \r\n\t")
    return head.startswith((b"#EXTM3U", b"ffconcat", b"<?xml", b"<MPD", b"[playlist]"))


def input_options(path: str | Path) -> list[str]:
    """The options that open a film. A file is named as one, so that no name is taken for a protocol.

    Args:
        path: A film file, a pattern of numbered images such as `in/%09d.png`, or a URL.
    """
    if is_url(path):
        return ["-protocol_whitelist", _REMOTE, "-i", str(path)]
    return ["-protocol_whitelist", _LOCAL, "-i", f"file:{path}"]
