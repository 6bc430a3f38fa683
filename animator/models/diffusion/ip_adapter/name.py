"""`AdapterName`: an IP-Adapter, as settings name it; loads no torch."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AdapterName:
    """An IP-Adapter, as settings name it.

    Attributes:
        model: Its file, folder, or name in the model folders.
        encoder: Its image encoder, likewise; empty for the one that lies beside it or in the model folders.
    """

    model: str
    encoder: str = ""
