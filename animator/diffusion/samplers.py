"""Samplers by the names people use, as data: a method that solves and the spacing of its noise levels.

`"DPM++ 2M Karras"` is the method `DPM++ 2M` on the spacing `Karras`; every method goes with every spacing.
A method alone takes its usual spacing. The methods are in `solvers`, the spacings in `spacing`; this table
needs neither, so that presets are checked without torch.
"""

from dataclasses import dataclass

from animator.errors import ModelError
from schedules.suggest import suggestion


@dataclass(frozen=True)
class Sampler:
    """One sampler.

    Attributes:
        method: Name of the solver, a key of `solvers.SOLVERS`.
        spacing: Name of the spacing, a key of `spacing.SPACINGS`; empty: the method's usual one.
        drop_next_to_last: Leaves out the last noise level before 0, as k-diffusion's users do for solvers
            that would spend two model calls between the two smallest levels.
    """

    method: str
    spacing: str = ""
    drop_next_to_last: bool = False


METHODS: dict[str, Sampler] = {
    "Euler": Sampler("euler"),
    "Euler a": Sampler("euler_ancestral"),
    "Heun": Sampler("heun"),
    "LMS": Sampler("lms"),
    "DPM2": Sampler("dpm2", drop_next_to_last=True),
    "DPM2 a": Sampler("dpm2_ancestral", drop_next_to_last=True),
    "DPM++ 2S a": Sampler("dpmpp_2s_ancestral"),
    "DPM++ 2M": Sampler("dpmpp_2m"),
    "DPM++ SDE": Sampler("dpmpp_sde"),
    "DPM++ 2M SDE": Sampler("dpmpp_2m_sde"),
    "DPM++ 2M SDE Heun": Sampler("dpmpp_2m_sde_heun"),
    "DPM++ 3M SDE": Sampler("dpmpp_3m_sde", drop_next_to_last=True),
    "DPM fast": Sampler("dpm_fast"),
    "DPM adaptive": Sampler("dpm_adaptive"),
    "Restart": Sampler("restart", spacing="Karras"),
    "UniPC": Sampler("unipc"),
    "DEIS": Sampler("deis"),
    "LCM": Sampler("lcm", spacing="LCM"),
    "TCD": Sampler("tcd", spacing="LCM"),
    "DDIM": Sampler("ddim", spacing="DDIM"),
    "DDPM": Sampler("euler_ancestral", spacing="DDIM"),
    "PLMS": Sampler("plms", spacing="DDIM"),
}

SPACING_NAMES = (
    "Uniform",
    "Karras",
    "Exponential",
    "Polyexponential",
    "SGM Uniform",
    "Simple",
    "Normal",
    "DDIM",
    "Beta",
    "KL Optimal",
    "Align Your Steps",
    "Trailing",
    "LCM",
)
"""The spacings of `spacing.SPACINGS`, in the order in which they are listed to people."""

ALIASES = {
    "automatic": "Uniform",
    "ddim uniform": "DDIM",
    "turbo": "Trailing",
    "ays": "Align Your Steps",
    "klms": "LMS",
    "k_lms": "LMS",
    "euler ancestral": "Euler a",
    "dpm2 ancestral": "DPM2 a",
    "dpm 2": "DPM2",
    "dpm 2 a": "DPM2 a",
    "dpmpp 2s a": "DPM++ 2S a",
    "dpmpp 2s ancestral": "DPM++ 2S a",
    "dpmpp 2m": "DPM++ 2M",
    "dpmpp sde": "DPM++ SDE",
    "dpmpp 2m sde": "DPM++ 2M SDE",
    "dpmpp 3m sde": "DPM++ 3M SDE",
    "euler tcd": "TCD",
    "uni pc": "UniPC",
    "pndm": "PLMS",
}
"""Other spellings, lower case with blanks: those of notebooks and of k-diffusion."""


WEB_UI_SCHEDULES = (
    "Karras",
    "Exponential",
    "Polyexponential",
    "SGM Uniform",
    "KL Optimal",
    "Align Your Steps",
    "Simple",
    "Normal",
    "DDIM",
    "Beta",
    "Turbo",
    "Uniform",
)
"""Ends of sampler names that the web UI keeps as `Schedule type`."""


def _known() -> dict[str, Sampler]:
    known = dict(METHODS)
    for name, sampler in METHODS.items():
        for spacing in SPACING_NAMES:
            if spacing != name:  # DDIM and LCM are also spacings
                known[f"{name} {spacing}"] = Sampler(sampler.method, spacing, sampler.drop_next_to_last)
    return known


SAMPLERS: dict[str, Sampler] = _known()


def find_sampler(name: str) -> Sampler:
    """The sampler of a name, upper and lower case alike.

    Raises:
        ModelError: No sampler is called so.
    """
    by_lower = {known.lower(): known for known in SAMPLERS}
    wanted = " ".join(name.lower().replace("_", " ").split())
    for spelling in (wanted, _translated(wanted)):
        if spelling in by_lower:
            return SAMPLERS[by_lower[spelling]]
    hint = suggestion(wanted, SAMPLERS) or f"known: {', '.join(METHODS)}"
    raise ModelError(
        f"sampler {name!r} is unknown; {hint} A spacing may follow the name: {', '.join(SPACING_NAMES)}"
    )


def split_sampler(name: str) -> tuple[str, str]:
    """A sampler's name and its schedule type, `Karras` say; empty where the name has none."""
    for schedule in WEB_UI_SCHEDULES:
        if name.lower().endswith(f" {schedule.lower()}"):
            return name[: -len(schedule) - 1], schedule
    return name, ""


def _translated(wanted: str) -> str:
    """The name with the first alias that it starts with, and the last it ends with, in our spelling."""
    for alias, ours in sorted(ALIASES.items(), key=lambda item: -len(item[0])):
        if ours in METHODS and (wanted == alias or wanted.startswith(f"{alias} ")):
            wanted = ours.lower() + wanted[len(alias) :]
            break
    for alias, ours in ALIASES.items():
        if ours in SPACING_NAMES and wanted.endswith(f" {alias}"):
            return wanted[: -len(alias)] + ours.lower()
    return wanted
