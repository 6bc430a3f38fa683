"""What ffmpeg's encoders are told, as data: codec -> software or a maker's hardware -> encoders."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Quality:
    """How an encoder is told the quality of its images.

    Attributes:
        option: Its option; empty: the number is not passed on as it is.
        high: The largest value; 0 is the best.
        usual: What counts where nothing is asked for.
        ceiling: Where the encoder counts upward to the best, the value that 0 becomes.
    """

    option: str
    high: int
    usual: int
    ceiling: int | None = None

    def words(self, crf: int | None) -> tuple[str, ...]:
        """The option with its value."""
        value = self.usual if crf is None else crf
        told = value if self.ceiling is None else round(self.ceiling * (1 - value / self.high))
        return (self.option, str(told))


@dataclass(frozen=True)
class Encoder:
    """One of ffmpeg's encoders.

    Attributes:
        name: ffmpeg's name.
        pixels: Pixel formats it is used with; the first is the usual one.
        quality: How it is told the quality; None: it has none, or the preset says it.
        presets: Names of its presets; empty where it has none.
        preset: The usual one.
        preset_option: The option that takes it.
        options: Whatever else it is told.
        even: True where sides have to be even.
        device: What ffmpeg is told before its input.
        upload: Filters that take images to the hardware.
    """

    name: str
    pixels: tuple[str, ...]
    quality: Quality | None = None
    presets: tuple[str, ...] = ()
    preset: str = ""
    preset_option: str = "-preset"
    options: tuple[str, ...] = ()
    even: bool = True
    device: tuple[str, ...] = ()
    upload: str = ""


SOFTWARE = "software"
_X26 = (
    "ultrafast",
    "superfast",
    "veryfast",
    "faster",
    "fast",
    "medium",
    "slow",
    "slower",
    "veryslow",
    "placebo",
)
_420, _420_10 = "yuv420p", "yuv420p10le"
_NUMBERS = tuple(str(number) for number in range(14))
_PRORES = ("proxy", "lt", "standard", "hq", "4444", "4444xq")


def _nvenc(name: str, usual: int) -> Encoder:
    levels = tuple(f"p{number}" for number in range(1, 8))
    options = ("-rc", "vbr", "-b:v", "0")
    return Encoder(name, (_420,), Quality("-cq", 51, usual), levels, "p5", options=options)


def _vaapi(name: str, usual: int) -> Encoder:
    device = ("-vaapi_device", "/dev/dri/renderD128")
    options = ("-rc_mode", "CQP")
    quality = Quality("-qp", 51, usual)
    return Encoder(name, ("nv12",), quality, options=options, device=device, upload="hwupload")


def _videotoolbox(name: str) -> Encoder:
    return Encoder(name, (_420,), Quality("-q:v", 51, 18, ceiling=100))


Backends = Mapping[str, tuple[Encoder, ...]]
"""`SOFTWARE` or a maker's hardware -> the encoders of a codec, the best first."""
CODECS: Mapping[str, Backends] = {
    "h264": {
        SOFTWARE: (
            Encoder(
                "libx264", (_420, "yuv422p", "yuv444p", _420_10), Quality("-crf", 51, 17), _X26, "medium"
            ),
        ),
        "nvenc": (_nvenc("h264_nvenc", 19),),
        "vaapi": (_vaapi("h264_vaapi", 20),),
        "videotoolbox": (_videotoolbox("h264_videotoolbox"),),
    },
    "h265": {
        SOFTWARE: (
            Encoder(
                "libx265",
                (_420, _420_10, "yuv422p10le", "yuv444p", "yuv444p10le"),
                Quality("-crf", 51, 20),
                _X26,
                "medium",
                options=("-x265-params", "log-level=error"),
            ),
        ),
        "nvenc": (_nvenc("hevc_nvenc", 22),),
        "vaapi": (_vaapi("hevc_vaapi", 22),),
        "videotoolbox": (_videotoolbox("hevc_videotoolbox"),),
    },
    "av1": {
        SOFTWARE: (
            Encoder("libsvtav1", (_420, _420_10), Quality("-crf", 63, 24), _NUMBERS, "8"),
            Encoder("libaom-av1", (_420, _420_10), Quality("-crf", 63, 24), _NUMBERS[:9], "6", "-cpu-used"),
        ),
        "nvenc": (_nvenc("av1_nvenc", 26),),
        "vaapi": (_vaapi("av1_vaapi", 26),),
    },
    "vp9": {
        SOFTWARE: (
            Encoder(
                "libvpx-vp9",
                (_420, "yuv444p", _420_10),
                Quality("-crf", 63, 24),
                _NUMBERS[:6],
                "2",
                "-cpu-used",
                ("-b:v", "0", "-row-mt", "1"),
                even=False,
            ),
        ),
        "vaapi": (_vaapi("vp9_vaapi", 26),),
    },
    "prores": {
        SOFTWARE: (
            Encoder(
                "prores_ks",
                ("yuv422p10le", "yuv444p10le"),
                None,
                _PRORES,
                "hq",
                "-profile:v",
                ("-vendor", "apl0"),
            ),
        ),
    },
    "ffv1": {
        SOFTWARE: (
            Encoder("ffv1", ("bgr0",), options=("-level", "3", "-slicecrc", "1", "-g", "1"), even=False),
        ),
    },
    "gif": {
        SOFTWARE: (
            Encoder(
                "gif",
                ("pal8",),
                None,
                ("sierra2_4a", "floyd_steinberg", "bayer", "none"),
                "sierra2_4a",
                "",
                even=False,
            ),
        ),
    },
    "webp": {
        SOFTWARE: (
            Encoder(
                "libwebp_anim",
                ("bgra",),
                Quality("-quality", 100, 15, ceiling=100),
                ("default", "picture", "photo", "drawing", "icon", "text"),
                "default",
                even=False,
            ),
        ),
    },
    "png": {SOFTWARE: (Encoder("png", ("rgb24",), options=("-compression_level", "3"), even=False),)},
}
"""Every codec; `auto` means software, for hardware draws the same film differently on every machine."""

BACKENDS = tuple(dict.fromkeys(backend for codec in CODECS.values() for backend in codec))
