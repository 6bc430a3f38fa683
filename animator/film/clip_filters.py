"""ffmpeg's filters from the stored images of a clip to upright RGB of the film's size, over black."""

from animator.film.clip import Deinterlace, Fit
from animator.film.video_stream import VideoStream

HDR_TRANSFERS = ("smpte2084", "arib-std-b67")
"""ffmpeg's names of PQ and HLG; their images are read with 16 bits and tone-mapped afterwards."""
_SQUARE = {
    "stretch": "scale={0}:{1}:flags=lanczos",
    "crop": "scale={0}:{1}:flags=lanczos:force_original_aspect_ratio=increase",
    "pad": "scale={0}:{1}:flags=lanczos:force_original_aspect_ratio=decrease",
}
# The same for pixels that are not square: `dar` is the aspect ratio at which the image is displayed.
_ANAMORPHIC = {
    "stretch": _SQUARE["stretch"],
    "crop": "scale='if(gt(dar,{0}/{1}),round({1}*dar),{0})':'if(gt(dar,{0}/{1}),{1},round({0}/dar))'"
    ":flags=lanczos",
    "pad": "scale='if(gt(dar,{0}/{1}),{0},max(1,round({1}*dar)))'"
    ":'if(gt(dar,{0}/{1}),max(1,round({0}/dar)),{1})':flags=lanczos",
}
_REST = {"stretch": "", "crop": ",crop={0}:{1}", "pad": ",setsar=1,pad={0}:{1}:-1:-1"}
_HD_WIDTH, _HD_HEIGHT = 1280, 720
"""From this width or height on, untagged clips are BT.709, as players assume; below, BT.601."""


def clip_filters(
    stream: VideoStream, size: tuple[int, int] | None, fit: Fit, deinterlace: Deinterlace
) -> str:
    """Returns the filters of a clip, which yield one image for each stored one.

    Args:
        stream: The clip's video.
        size: Width and height of the film; None keeps the clip's own, in square pixels.
        fit: Resize mode for images of another aspect ratio.
        deinterlace: When two fields become one image.
    """
    by_fit = _SQUARE if stream.has_square_pixels else _ANAMORPHIC
    scale = ("scale={0}:{1}" if size is None else by_fit[fit]).format(*(size or stream.display_size))
    rest = "" if size is None else _REST[fit].format(*size)
    matrix = _assumed_matrix(stream)
    steps = _deinterlace(stream, deinterlace)
    if stream.has_alpha:
        # Before resizing, or colors of invisible pixels would bleed into the visible ones; with 16 bits,
        # since with 8 premultiplying changes even opaque pixels.
        convert = f"scale=in_color_matrix={matrix}," if matrix else ""
        planes = "gbrp16" if is_hdr(stream) else "gbrp"
        steps += [f"{convert}format=gbrap16,premultiply=inplace=1,format={planes}"]
    elif matrix:
        scale += f":in_color_matrix={matrix}"
    # Said here, or scaling would keep a clip's color resolution after a change of its size.
    return ",".join([*steps, scale + rest, f"format={pixel_format(stream)}"])


def pixel_format(stream: VideoStream) -> str:
    """Returns ffmpeg's name of the format in which images leave the filters."""
    return "rgb48be" if is_hdr(stream) else "rgb24"


def is_hdr(stream: VideoStream) -> bool:
    """Returns True for PQ and HLG."""
    return stream.transfer in HDR_TRANSFERS


def is_deinterlaced(stream: VideoStream, deinterlace: Deinterlace) -> bool:
    """Returns True if the clip's fields are made into whole images."""
    return deinterlace == "on" or (deinterlace == "auto" and stream.is_interlaced)


def _deinterlace(stream: VideoStream, deinterlace: Deinterlace) -> list[str]:
    """Returns the deinterlacer; send_frame makes one image of each two fields, so that numbers stay."""
    if not is_deinterlaced(stream, deinterlace):
        return []
    return [f"bwdif=mode=send_frame:deint={'interlaced' if deinterlace == 'auto' else 'all'}"]


def _assumed_matrix(stream: VideoStream) -> str:
    """Returns the YUV matrix of an untagged clip; empty where ffmpeg's own choice is right."""
    if stream.is_rgb or stream.matrix not in ("unknown", "unspecified"):
        return ""
    if is_hdr(stream) or stream.primaries == "bt2020":
        return "bt2020"
    is_hd = max(stream.size) >= _HD_WIDTH or min(stream.size) >= _HD_HEIGHT
    return "bt709" if is_hd or stream.primaries == "bt709" else ""
