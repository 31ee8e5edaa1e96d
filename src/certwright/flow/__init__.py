"""The only room that does things in order: what is due is done, written down, and asked for again, until nothing is.

Killed at any moment and run again, it ends where an undisturbed run would have ended.
"""

from certwright.flow.applying import apply
from certwright.flow.delivering import authorities, foreign_roots, roots
from certwright.flow.passwords import open_passwords
from certwright.flow.rotating import Rotating
from certwright.flow.showing import showing_due
from certwright.flow.standing import Standing, coming, look, todo
from certwright.flow.world import Applied, Vault, World, unheard, unreachable, untold

__all__ = [
    "Applied",
    "Rotating",
    "Standing",
    "Vault",
    "World",
    "apply",
    "authorities",
    "coming",
    "foreign_roots",
    "look",
    "open_passwords",
    "roots",
    "showing_due",
    "todo",
    "unheard",
    "unreachable",
    "untold",
]
