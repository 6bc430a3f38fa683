"""The commands for single images: generate, upscale."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from animator.cli.image_options import (
    Batch,
    Cfg,
    Count,
    GridOption,
    ImagesOut,
    Init,
    Mask,
    Model,
    Negative,
    OutpaintOption,
    Prompt,
    Resize,
    SamplerOption,
    Seed,
    SetOption,
    SettingsFrom,
    SizeOption,
    Steps,
    Strength,
    shorthands_of,
)
from animator.cli.image_paths import FOLDER, files_of, is_image_file, numbered_files
from animator.cli.options import Device, Force, Threads
from animator.cli.permission_options import takes_permissions
from animator.cli.renamed import renamed_options
from animator.cli.shorthands import Shorthands
from animator.cli.stdout import write_out
from animator.errors import UserError
from animator.runs.session import INTERRUPTED, say, start_session

if TYPE_CHECKING:
    from animator.errors import Problem
    from animator.generation.image import GeneratedImage
    from animator.generation.settings import ImageSettings
    from animator.settings.raw import RawPreset

imaging = typer.Typer()
Save = Callable[["GeneratedImage"], Path]


def _question_about(word: str) -> str:
    from animator.generation.other_words import question_about

    return question_about(word)


@imaging.command(
    cls=renamed_options({}, _question_about),
    epilog="Example: animator generate 'a lake at dawn' -o lake.png --set hires.scale=2",
)
@takes_permissions
def generate(  # noqa: PLR0913 (one parameter per option)
    prompt: Prompt = None,
    out: ImagesOut = None,
    negative: Negative = None,
    model: Model = None,
    size: SizeOption = None,
    seed: Seed = None,
    count: Count = None,
    batch: Batch = None,
    steps: Steps = None,
    cfg: Cfg = None,
    sampler: SamplerOption = None,
    init: Init = None,
    strength: Strength = None,
    resize: Resize = None,
    mask: Mask = None,
    outpaint: OutpaintOption = None,
    settings_from: SettingsFrom = None,
    grid: GridOption = None,
    overrides: SetOption = None,
    device: Device = "auto",
    threads: Threads = None,
    force: Force = False,
) -> None:
    """Generate images from a prompt, over an image, inside a mask, or beyond an edge; prints their paths."""
    typed = {
        "prompt": prompt,
        "negative": negative,
        "model": model,
        "size": size,
        "seed": seed,
        "count": count,
        "batch": batch,
        "steps": steps,
        "cfg": cfg,
        "sampler": sampler,
        "init": init,
        "strength": strength,
        "resize": resize,
        "mask": mask,
    }
    shorthands = shorthands_of(typed, outpaint)
    texts = shorthands.overrides(overrides)
    if not texts and settings_from is None:
        raise UserError("nothing to generate: give what the image shows, such as 'a lake at dawn'")
    draft, problems = _draft(texts, settings_from)
    start_session(threads)
    if grid:
        _generate_sheet(draft, problems, grid, (out, device, force), shorthands)
        return
    with shorthands.named():
        from animator.generation.preflight import check_images
        from animator.generation.requests import with_seeds

        settings = with_seeds(check_images(draft, problems))
    save = _saver(out, settings, [settings_from] if settings_from else [], force=force)
    _say_start(settings)
    _save_each(settings, device, save)


@imaging.command(epilog="Example: animator upscale lake.png -o large.png --factor 2")
@takes_permissions
def upscale(
    image: Annotated[Path, typer.Argument(help="An image.", show_default=False)],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="The file: .png, .jpg or .webp.", show_default=False)
    ],
    factor: Annotated[float, typer.Option(min=1, max=16, help="Factor of width and height.")] = 2.0,
    model: Annotated[
        str, typer.Option(help="lanczos, nearest, or an upscaling network: a file, or a name.")
    ] = "lanczos",
    device: Device = "auto",
    force: Force = False,
) -> None:
    """Enlarge an image, by interpolation or a network; prints the path. What it records of itself is kept."""
    from animator.generation.upscale_file import upscale_file
    from animator.models.device import choose_device

    start_session(None)
    write_out(f"{upscale_file(image, out, factor, model, choose_device(device), force=force)}\n")


def _draft(texts: list[str], settings_from: Path | None) -> "tuple[RawPreset, list[Problem]]":
    """Returns the settings of a file under those of the options; prints notes about the file."""
    from animator.generation.draft import override
    from animator.generation.recorded import recorded_draft
    from animator.settings.raw import RawPreset

    below = RawPreset("generate", {}, {})
    if settings_from is not None:
        above, _ = override(below, texts, "--set")
        below, notes = recorded_draft(settings_from, above.values)
        for note in notes:
            say(f"note: {note}")
    return override(below, texts, "--set")


def _generate_sheet(
    draft: "RawPreset",
    problems: "list[Problem]",
    texts: list[str],
    target: tuple[Path | None, str, bool],
    shorthands: Shorthands,
) -> None:
    """Generates the sheet of a grid; the target is its path, the device, and whether to replace a file."""
    from animator.cli.step_bar import StepBar
    from animator.generation.sheet import SheetJob
    from animator.presets.grid import grid_of

    out, device, force = target
    grid = grid_of(texts, None, (".".join(path) + "=" for path in draft.places))
    with shorthands.named():
        job = SheetJob.of(draft, problems, grid)
    save = _saver(out, job.cells[0].model_copy(update={"count": 1}), [], force=force)
    _say_start(job.cells[0])
    with StepBar() as bar:
        sheet = job.generate(device, bar)
    write_out(f"{save(sheet)}\n")


def _save_each(settings: "ImageSettings", device: str, save: Save) -> None:
    """Generates images and saves each as soon as it is finished; prints their paths.

    Raises:
        typer.Exit: With 130 on Ctrl-C; what is finished is saved.
    """
    from animator.cli.step_bar import StepBar
    from animator.generation.generate import generate_each

    paths: list[Path] = []
    try:
        with StepBar() as bar:
            for image in generate_each(settings, device=device, observer=bar):
                paths.append(save(image))
                write_out(f"{paths[-1]}\n")
    except KeyboardInterrupt:
        say(f"stopped; {len(paths)} of {settings.images} images are saved")
        raise typer.Exit(INTERRUPTED) from None


def _saver(out: Path | None, settings: "ImageSettings", inputs: list[Path], *, force: bool) -> Save:
    """Returns what saves each image; checks before anything is generated that it may write there.

    Raises:
        UserError: It may not.
    """
    from animator.generation.files import input_files
    from animator.generation.image import check_image_target

    if out is not None and is_image_file(out):
        paths = files_of(out, settings.images)
        for path in paths:
            check_image_target(path, [*input_files(settings), *inputs], force=force)
        return lambda image: image.save(paths[image.index], force=force)
    folder = out or FOLDER
    names: Iterator[str] = numbered_files(folder)

    def save_next(image: "GeneratedImage") -> Path:
        paths = (folder / f"{name}-{image.seed}.png" for name in names)
        return image.save(next(path for path in paths if not path.exists()))

    return save_next


def _say_start(settings: "ImageSettings") -> None:
    """Prints what is about to be generated, and the words that the built-in model does not know."""
    from animator.timeline.vocabulary import STARTER, unknown_words_warnings

    count = f"{settings.images} images" if settings.images > 1 else "1 image"
    say(f"{count}: model {settings.model}, {settings.steps} steps, seed {settings.seed}")
    if settings.model == STARTER:
        for warning in unknown_words_warnings("prompt", settings.prompt):
            say(f"warning: {warning}")
