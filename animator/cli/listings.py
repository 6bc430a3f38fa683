"""The commands that list what can be chosen, and begin a preset: presets, new, samplers, depth-models."""

from pathlib import Path
from typing import Annotated

import typer

from animator.cli.stdout import write_out

listings = typer.Typer()


@listings.command(epilog="Example: animator presets")
def presets() -> None:
    """List the example presets: name, what it shows, and a picture of its film."""
    from animator.presets.examples import examples

    known = examples()
    width = max((len(example.name) for example in known), default=0)
    for example in known:
        picture = f"\n{'':{width}}  {example.thumbnail}" if example.thumbnail else ""
        write_out(f"{example.name:{width}}  {example.summary}{picture}\n")


@listings.command(epilog="Example: animator new my.yaml --from flight")
def new(
    preset: Annotated[Path, typer.Argument(help="The preset to write.", show_default=False)],
    example: Annotated[str, typer.Option("--from", help="The example to begin from.")] = "quickstart",
) -> None:
    """Write a preset to begin from, with comments, and the files it needs; prints their paths."""
    from animator.presets.copy_example import copy_example

    for path in copy_example(example, preset):
        write_out(f"{path}\n")


@listings.command(epilog="Example: animator samplers")
def samplers() -> None:
    """List the samplers, and the schedule types that may follow a sampler's name."""
    from animator.core import plugins
    from animator.models.diffusion.samplers.registry import METHODS, PLUGINS, SCHEDULE_TYPES

    for method in METHODS.values():
        also = f"  (also: {', '.join(method.aliases)})" if method.aliases else ""
        write_out(f"{method.name}{also}\n")
    for name in plugins.names(PLUGINS):
        write_out(f"{name}  (from a plugin)\n")
    write_out(f"\nSchedule types, as in `DPM++ 2M Karras`: {', '.join(SCHEDULE_TYPES)}\n")


@listings.command("depth-models", epilog="Example: animator depth-models")
def depth_models() -> None:
    """List the depth networks: name, kind of depth, license, file of the weights."""
    from animator.core import plugins
    from animator.models.depth.registry import MODELS, PLUGINS
    from animator.models.depth.spec import Output

    kinds: dict[Output, str] = {
        "inverse": "relative depth",
        "distance": "relative distance",
        "meters": "depth in meters",
    }
    width = max(len(spec.name) for spec in MODELS)
    write_out(f"{'starter':{width}}  relative depth, built in\n")
    for spec in MODELS:
        write_out(f"{spec.name:{width}}  {kinds[spec.output]}, {spec.license}, {spec.files[0]}\n")
    for name in plugins.names(PLUGINS):
        write_out(f"{name}  (from a plugin)\n")
