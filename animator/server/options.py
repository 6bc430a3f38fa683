"""`ServerOptions`: what the person who starts the server decides."""

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path

from animator.core.confinement import Confinement
from animator.core.permissions import Permissions, host_names
from animator.core.read import UnreadableError, read_text
from animator.errors import UserError
from animator.jobs.trainings.places import files_of, models_of
from animator.models.folders import shared_folders
from animator.presets.examples import examples_folder

MIN_TOKEN = 16
_MAX_TOKEN_FILE = 10_000


@dataclass(frozen=True)
class ServerOptions:
    """Options of the server.

    Attributes:
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one.
        renders: The renders folder, with the jobs and their runs.
        inputs: Folders whose files settings may name.
        models: Folders in which models are found.
        token: What clients must show; empty for none, which only a loopback address allows.
        workers: Number of worker processes; None starts one for each device.
        device: Device of images and models.
        threads: CPU threads of each worker; None leaves torch's choice.
        permissions: What models and settings may do.
        hostnames: Names, besides addresses and localhost, under which clients may reach the server.
        origins: Web pages of these origins may use the server.
        webhook_hosts: Hosts to which webhooks may go, wherever they are; no others.
        capacity: Jobs that may wait at once.
        max_uploads: Bytes that all files sent by clients may have together.
    """

    host: str = "127.0.0.1"
    port: int = 7860
    renders: Path = Path("renders")
    inputs: tuple[Path, ...] = ()
    models: tuple[Path, ...] = ()
    token: str = ""
    workers: int | None = None
    device: str = "auto"
    threads: int | None = None
    permissions: Permissions = field(default_factory=Permissions)
    hostnames: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    webhook_hosts: tuple[str, ...] = ()
    capacity: int = 1_000
    max_uploads: int = 10_000_000_000

    def __post_init__(self) -> None:
        """Checks that strangers cannot reach a server without a token.

        Raises:
            UserError: They could.
        """
        if not self.token and not is_loopback(self.host):
            raise UserError(
                f"host {self.host}: whoever reaches this address could use the server; give a token "
                "that clients must show, or listen on 127.0.0.1"
            )

    @property
    def uploads(self) -> Path:
        """Folder of the files that clients send."""
        return self.renders / "uploads"

    @property
    def request_files(self) -> Path:
        """Folder of the images that come with requests, while these are answered."""
        return self.renders / "requests"

    @property
    def datasets(self) -> Path:
        """Folder of the data sets that clients made for trainings."""
        return files_of(self.renders) / "datasets"

    @property
    def trained_models(self) -> Path:
        """Model folder into which the results of trainings go."""
        return models_of(self.renders)

    @property
    def webhook_permissions(self) -> Permissions:
        """Hosts that webhooks may connect to."""
        return Permissions(hosts=host_names(self.webhook_hosts))

    @property
    def model_folders(self) -> tuple[Path, ...]:
        """Folders in which models are found: the server's own, those of ANIMATOR_MODELS, what it trained."""
        return (*self.models, *shared_folders(), self.trained_models)

    @property
    def confinement(self) -> Confinement:
        """Folders that settings may name files in: uploads, inputs, data sets, examples, requests."""
        examples = examples_folder()
        own = (self.request_files, files_of(self.renders))
        roots = (self.uploads, *self.inputs, *((examples,) if examples else ()), *own)
        return Confinement(roots, self.model_folders, own=(self.renders,))


def is_loopback(host: str) -> bool:
    """Returns True for an address that only programs on this machine reach."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def read_token(path: Path) -> str:
    """Returns the token in a file, without the line's end.

    Raises:
        UserError: The file cannot be read, or has no token that is long enough.
    """
    try:
        token = read_text(path, _MAX_TOKEN_FILE).strip()
    except UnreadableError as error:
        raise UserError(f"{path}: {error}; expected a file with the token of the server") from error
    if len(token) < MIN_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
        raise UserError(
            f"{path}: expected a token of at least {MIN_TOKEN} letters and digits in one line, "
            "such as `openssl rand -hex 32` prints"
        )
    return token
