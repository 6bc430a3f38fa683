"""Names what a file holds by its first bytes, for messages about files that are not images."""

HEAD_BYTES = 512
_ACCEPTED = "PNG, JPEG, WebP, AVIF, TIFF, BMP or GIF"
EXPECTED = f"expected an image: {_ACCEPTED}"

_IMAGES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (0, b"\xff\xd8\xff", "a JPEG image"),
    (0, b"GIF8", "a GIF image"),
    (0, b"BM", "a BMP image"),
    (0, b"II*\0", "a TIFF image"),
    (0, b"MM\0*", "a TIFF image"),
    (0, b"II+\0", "a BigTIFF image"),
    (0, b"MM\0+", "a BigTIFF image"),
    (8, b"WEBP", "a WebP image"),
    (4, b"ftypavif", "an AVIF image"),
    (4, b"ftypavis", "an AVIF image"),
)
_OTHERS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%!PS", "PostScript or EPS"),
    (0, b"\xc5\xd0\xd3\xc6", "EPS"),
    (0, b"%PDF", "PDF"),
    (0, b"\xd7\xcd\xc6\x9a", "a Windows metafile (WMF)"),
    (40, b" EMF", "a Windows metafile (EMF)"),
    (0, b"SIMPLE  =", "FITS"),
    (0, b"8BPS", "a Photoshop document"),
    (0, b"gimp xcf", "a GIMP document"),
    (0, b"v/1\x01", "OpenEXR"),
    (0, b"#?R", "Radiance HDR"),
    (0, b"DDS ", "a DDS texture"),
    (0, b"\0\0\1\0", "an icon (ICO)"),
    (0, b"icns", "an icon (ICNS)"),
    (0, b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000"),
    (0, b"\0\0\0\x0cJXL ", "JPEG XL"),
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"qoif", "QOI"),
    (4, b"ftypheic", "HEIC"),
    (4, b"ftypheix", "HEIC"),
    (4, b"ftypmif1", "HEIF"),
    (4, b"ftyp", "a video (MP4 or MOV)"),
    (0, b"\x1a\x45\xdf\xa3", "a video (Matroska or WebM)"),
    (8, b"AVI ", "a video (AVI)"),
    (0, b"\x93NUMPY", "a numpy array"),
    (0, b"\x89HDF", "HDF5"),
    (0, b"GRIB", "GRIB"),
    (0, b"PK\3\4", "a ZIP archive, as of .zip, .docx or .pt"),
    (0, b"\x1f\x8b", "gzip"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ", "a program"),
    (0, b"version https://git-lfs", "a Git LFS pointer, whose image was not downloaded"),
)
_TEXTS: tuple[tuple[str, str], ...] = (
    ("<svg", "SVG"),
    ("<!doctype html", "an HTML page"),
    ("<html", "an HTML page"),
    ("<?xml", "XML"),
    ("{", "JSON"),
    ("/* xpm", "XPM"),
    ("#define", "XBM"),
)


def is_accepted(head: bytes) -> bool:
    """Returns True for the first bytes of an image in one of the accepted formats."""
    return any(head.startswith(mark, at) for at, mark, _ in _IMAGES)


def may_be_video(head: bytes) -> bool:
    """Returns True for the first bytes of a file that only ffmpeg can tell more about."""
    return name_kind(head).startswith(("a video", "of an unknown kind"))


def name_kind(head: bytes) -> str:
    """Returns what a file with these first bytes is, such as "PDF"."""
    if not head:
        return "an empty file"
    for at, mark, name in (*_IMAGES, *_OTHERS):
        if head.startswith(mark, at):
            return name
    if head[:1] == b"P" and head[1:2] in b"1234567" and head[2:3].isspace():
        return "a PNM image (PBM, PGM or PPM)"
    text = head.decode("utf-8", "replace").lstrip("\ufeff \t\r\n").lower()
    named = next((name for mark, name in _TEXTS if text.startswith(mark)), None)
    if named is not None:
        return "SVG" if named == "XML" and "<svg" in text else named
    is_text = "\0" not in text and text[:-4].count("\ufffd") == 0
    return "text" if is_text else "of an unknown kind"
