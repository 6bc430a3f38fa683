"""ffmpeg's encoders and their options, as data: codec -> software or a vendor's hardware -> encoders."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Quality:
    """The quality option of an encoder; in presets 0 is always the best quality.

    Attributes:
        option: The ffmpeg option.
        worst: The largest value, which is the worst quality.
        default: Value where the preset sets none.
        best: For encoders where larger is better, the value that 0 is converted to.
    """

    option: str
    worst: int
    default: int
    best: int | None = None

    def args(self, crf: int | None) -> tuple[str, ...]:
        """Returns the ffmpeg args for a quality; None takes the default."""
        value = self.default if crf is None else crf
        converted = value if self.best is None else round(self.best * (1 - value / self.worst))
        return (self.option, str(converted))


@dataclass(frozen=True)
class Encoder:
    """One of ffmpeg's encoders.

    Attributes:
        name: ffmpeg's name.
        pixels: Supported pixel formats; the first is the default.
        quality: The quality option; None where there is none, or the preset sets the quality.
        presets: Names of its presets; empty where it has none.
        preset: The default preset.
        preset_option: The ffmpeg option that takes the preset.
        options: Further args of the encoder.
        even: True where width and height have to be even.
        device: Args before the input, which open a hardware device.
        upload: Filters that upload frames to the hardware.
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


def _nvenc(name: str, default: int) -> Encoder:
    levels = tuple(f"p{number}" for number in range(1, 8))
    options = ("-rc", "vbr", "-b:v", "0")
    return Encoder(name, (_420,), Quality("-cq", 51, default), levels, "p5", options=options)


def _vaapi(name: str, default: int) -> Encoder:
    device = ("-vaapi_device", "/dev/dri/renderD128")
    options = ("-rc_mode", "CQP")
    quality = Quality("-qp", 51, default)
    return Encoder(name, ("nv12",), quality, options=options, device=device, upload="hwupload")


def _videotoolbox(name: str) -> Encoder:
    return Encoder(name, (_420,), Quality("-q:v", 51, 18, best=100))


Backends = Mapping[str, tuple[Encoder, ...]]
"""`SOFTWARE` or a vendor's hardware -> the encoders of a codec, the best first."""
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
                Quality("-quality", 100, 15, best=100),
                ("default", "picture", "photo", "drawing", "icon", "text"),
                "default",
                even=False,
            ),
        ),
    },
    "png": {SOFTWARE: (Encoder("png", ("rgb24",), options=("-compression_level", "3"), even=False),)},
}
"""All codecs. `auto` is software: hardware encodes the same video differently on every machine."""

BACKENDS = tuple(dict.fromkeys(backend for codec in CODECS.values() for backend in codec))
