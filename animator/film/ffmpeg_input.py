"""Hands paths to ffmpeg: the only place where a name becomes one of its args.

ffmpeg takes a name for an option (`-i`), a protocol (`concat:a|b`), a pattern (`a%03d.png`) or a device, and
detects playlists and scripts, which open other files, by their content. Here every path is absolute and
`file:...`, a `%` that is not a number's is doubled, and the container has to be one of `_FORMATS`, which
ffmpeg checks before it decodes anything. None of these opens another file: ffmpeg does not follow the
external references of QuickTime files by default.
"""

import re
from pathlib import Path

from animator.core.confinement import check_opening, confinement
from animator.core.paths import exists, is_folder
from animator.core.read import check_regular
from animator.errors import UserError
from animator.film.remote import is_download

_LOCAL = "file"
_VIDEO = (
    "mov,matroska,webm,avi,mpegts,mpeg,mpegvideo,m4v,flv,asf,ogg,rm,wtv,dv,mxf,gxf,nut,ivf,obu,av1,h263,h264,"
    "hevc,vvc,vc1,mjpeg,yuv4mpegpipe,gif,apng,png_pipe,jpeg_pipe,bmp_pipe,tiff_pipe,webp_pipe,webp_anim"
)
_AUDIO = (
    "wav,w64,aiff,au,caf,mp3,aac,ac3,eac3,dts,dtshd,truehd,mlp,flac,ape,tta,wv,tak,mpc,mpc8,dsf,amr,amrnb,"
    "amrwb,loas,oma,voc"
)
_FORMATS = f"{_VIDEO},{_AUDIO}"
"""ffmpeg's names of the containers that are read: no playlists, no scripts, no subtitles, no devices."""
_NUMBERED = re.compile(r"%(0\d)?\d?d")
_STILL_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")
_HEAD_BYTES = 65536
_LISTS = (b"#EXTM3U", b"ffconcat", b"<?xml", b"<MPD", b"<SMIL", b"<smil", b"[playlist]", b"v=0\n", b"v=0\r")
"""Beginnings of text files that list other files or URLs, for a message of their own."""
STDIN = ("-i", "-")
"""The args that read standard input, whose format the args before them give."""


def input_options(path: str | Path) -> list[str]:
    """Returns the args that open a file of others.

    Args:
        path: A video or sound file, or a pattern of numbered images such as `in/%09d.png`. What is given by
            URL is downloaded before, by `remote`.

    Raises:
        UserError: There is no such file, it is not a regular one, the pattern is not of images, or a file is
            outside the confinement in force.
    """
    _check_opening(Path(path))
    if is_pattern(path):
        return [*_allow(_LOCAL, "image2"), "-f", "image2", "-i", _pattern(Path(path))]
    _check_file(Path(path))
    head = _head(Path(path))
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(_LISTS):
        raise UserError(f"{path}: is a playlist; give the video or sound file itself")
    still = _image_format(head)
    # Said beforehand, or ffmpeg would take a name such as a%03d.png for a pattern.
    return [*_allow(_LOCAL, _FORMATS), *(["-f", still] if still else []), *own_input(path)]


def own_input(path: str | Path) -> list[str]:
    """Returns the args that open a file that was just written by ffmpeg, in any container."""
    return ["-i", file_url(path)]


def file_url(path: str | Path) -> str:
    """Returns a path as ffmpeg is given it, to read or to write; for one file, not for a pattern."""
    return f"file:{Path(path).absolute()}"


def numbered_url(folder: Path, name: str) -> str:
    """Returns the pattern of numbered images in a folder, as ffmpeg is given it.

    Args:
        folder: The folder, whatever characters its name has.
        name: The name of the images with one number, such as `%09d.png`.
    """
    return f"{file_url(folder).replace('%', '%%')}/{name}"


def is_pattern(path: str | Path) -> bool:
    """Returns True for a pattern of numbered images such as `in/%09d.png`; an existing file is not one."""
    return _NUMBERED.search(Path(path).name) is not None and not exists(Path(path))


def _allow(protocols: str, formats: str) -> list[str]:
    return ["-protocol_whitelist", protocols, "-format_whitelist", formats]


def _pattern(path: Path) -> str:
    if path.suffix.lower() not in _STILL_SUFFIXES:
        expected = ", ".join(_STILL_SUFFIXES)
        raise UserError(f"{path}: is not a pattern of images; expected a name that ends in {expected}")
    number = _NUMBERED.search(path.name)
    if number is None:
        raise AssertionError("checked by the caller")
    before, after = path.name[: number.start()], path.name[number.end() :]
    return numbered_url(path.parent, before.replace("%", "%%") + number[0] + after.replace("%", "%%"))


def _check_file(path: Path) -> None:
    try:
        check_regular(path)
    except FileNotFoundError as error:
        raise UserError(f"{path}: there is no such file") from error
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:  # not a regular file, or a null character
        raise UserError(f"{path}: {error}") from error


def _check_opening(path: Path) -> None:
    """Checks a file, or the images of a pattern's folder, against the confinement in force."""
    if confinement() is None or is_download(path):
        return
    check_opening(path)
    if is_pattern(path) and is_folder(path.parent):
        for image in path.parent.iterdir():
            if image.is_symlink():
                check_opening(image)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD_BYTES)
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from error


def _image_format(head: bytes) -> str | None:
    """Returns ffmpeg's name of the format of an image file, by its first bytes; None for others."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "apng" if b"acTL" in head.partition(b"IDAT")[0] else "png_pipe"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp_anim" if b"ANIM" in head[12:64] else "webp_pipe"
    if head[:2] == b"BM" and head[6:10] == bytes(4):
        return "bmp_pipe"
    kinds = {b"\xff\xd8\xff": "jpeg_pipe", b"GIF8": "gif", b"II*\0": "tiff_pipe", b"MM\0*": "tiff_pipe"}
    return next((name for magic, name in kinds.items() if head.startswith(magic)), None)
