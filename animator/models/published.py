"""`Published`: weights that others publish, and that are downloaded once, where that is permitted."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from animator.core.download import Limits
from animator.core.fetch import PublicFile, fetch
from animator.core.hosts import ForbiddenHostError, check_url
from animator.core.permissions import permissions
from animator.models.folders import download_folder, find_file, torch_downloads

LIMITS = Limits(max_bytes=10**9, timeout_s=20.0, total_s=1800.0)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Published:
    """Weights of one network.

    Attributes:
        names: Names of files that have them; a download gets the first.
        source: Where the first is published.
        limits: Of a download.
    """

    names: tuple[str, ...]
    source: PublicFile
    limits: Limits = LIMITS

    def find(self, folders: Iterable[Path]) -> Path | None:
        """Returns the file in one of the folders, or where downloads are; None if there is none."""
        return find_file(self.names, (*folders, torch_downloads()))

    @property
    def may_download(self) -> bool:
        """True where the command permits to ask the place where they are published."""
        try:
            check_url(permissions(), self.source.url)
        except ForbiddenHostError:
            return False
        return True

    def download(self, folder: Path | None = None) -> Path:
        """Downloads them, if that was not done before, and returns their file.

        Args:
            folder: Target folder; None for the usual one.

        Raises:
            ForbiddenHostError: The command does not permit it.
            OSError: They could not be downloaded, or are not what is expected.
        """
        target = (folder or download_folder()) / self.names[0]
        log.info("downloading %s from %s", target.name, self.source.url)
        fetch(self.source, target, self.limits)
        return target
