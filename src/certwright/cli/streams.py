"""Standard streams that were closed before we came, as by `<&-` or a service manager, lead to nowhere instead."""

import os
import sys

STREAMS = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))  # in the order of their numbers


def replace_closed() -> None:
    """Open what is closed: Python has None for it, and the next file opened would get its number."""
    for name, mode in STREAMS:
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 it stays open until the end
