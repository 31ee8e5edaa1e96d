"""Sealed bytes as a value: they travel with the name that opens them, and are shown by it."""


class Sealed(bytes):
    """Bytes that were sealed under `name`: what a fact may hold of a secret. Who unlocks the inventory opens it."""

    name: str

    def __new__(cls, content: bytes = b"", name: str = "") -> "Sealed":
        made = super().__new__(cls, content)
        made.name = name
        return made

    def __repr__(self) -> str:
        return f"Sealed({self.name!r})"
