"""The only room that knows every adapter: files, the clock, randomness, the inventory, keys and targets meet here.

What the command line calls. Everything raises Problems only and prints nothing; who needs another time gives `now`.
"""

from certwright.keys.unlock import Unlock
from certwright.wiring.alone import check_product
from certwright.wiring.applying import apply, preview
from certwright.wiring.checking import check
from certwright.wiring.inspecting import inspect_paths
from certwright.wiring.loading import Loaded, load, products_of
from certwright.wiring.standing import events, show_password, status

__all__ = [
    "Loaded",
    "Unlock",
    "apply",
    "check",
    "check_product",
    "events",
    "inspect_paths",
    "load",
    "preview",
    "products_of",
    "show_password",
    "status",
]
