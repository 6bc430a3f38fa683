"""Input args of ffmpeg for a file, which may not fetch anything; `remote` downloads what is given by URL."""

from pathlib import Path

from animator.core.paths import is_file

_LOCAL = "file,pipe"


def is_playlist(path: str | Path) -> bool:
    """Returns True for a text file that lists other files or URLs, which ffmpeg would open."""
    if not is_file(Path(path)):
        return False
    with Path(path).open("rb") as file:
        head = file.read(256).lstrip(b"\xef\xbb\xbf \r\n\t")
    return head.startswith((b"#EXTM3U", b"ffconcat", b"<?xml", b"<MPD", b"[playlist]"))


def input_options(path: str | Path) -> list[str]:
    """Returns the args that open a clip; `file:` keeps names with a colon from being taken for a protocol.

    Args:
        path: A video file or a pattern of numbered images such as `in/%09d.png`.
    """
    return ["-protocol_whitelist", _LOCAL, "-i", f"file:{path}"]
