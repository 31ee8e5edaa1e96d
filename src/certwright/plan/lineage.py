"""What the generations of a site's issuer mean for its places: who signs, what trust lists hold, in which files."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from certwright.model import IssuerWish, Line, Package

SINGLE = frozenset(("der", "base64-cer", "pem-certificate", "der-crl"))  # forms of files about one certificate


class Lineage:
    """The generations of one issuer; without any it is as if there was one, which signs."""

    def __init__(self, issuer: IssuerWish, lines: Sequence[Line]) -> None:
        own = [line for line in lines if line.issuer == issuer.name]
        self.lines = own or [Line(issuer.name, 1, "signing", f"{issuer.name}/root", f"{issuer.name}/issuing")]
        self.now = next((line for line in self.lines if line.state == "signing"), self.lines[-1])

    @property
    def hurried(self) -> bool:
        """Whether no window is waited for: something is compromised, and still trusted."""
        return any(line.stopped and line.trusted for line in self.lines)

    def signer(self, role: Literal["root", "issuing"]) -> str:
        """The authority that signs now."""
        return self.now.root if role == "root" else self.now.issuing

    def trusted(self, anchors: str) -> tuple[str, ...]:
        """The authorities `issuer-root` and `issuer-chain` mean: of every generation that is trusted, oldest first."""
        trusted = [line for line in self.lines if line.trusted]
        match anchors:
            case "issuer-root":
                return tuple(dict.fromkeys(line.root for line in trusted))
            case "issuer-chain":
                return tuple(dict.fromkeys(one for line in trusted for one in (line.issuing, line.root)))
            case "issuer-windows":
                return (*self.trusted("issuer-chain"), *(bridge for _, bridge in self.bridges()))
        return ()

    def bridges(self) -> tuple[tuple[str, str], ...]:
        """The roots that are trusted beside an older one, which somebody may have alone; each with its bridge."""
        return tuple(dict.fromkeys((line.root, line.bridge) for line in self.lines if line.bridged_by))

    def backs(self) -> tuple[tuple[str, str], ...]:
        """The older roots that somebody may not have any more; each with what leads from it to the new one."""
        return tuple(dict.fromkeys((line.bridged_by, line.back) for line in self.lines if line.back))

    def retired(self) -> tuple[str, ...]:
        """The authorities that were trusted and no longer are: those of retired generations, and bridges over them."""
        living = {*self.trusted("issuer-windows")}
        gone = (one for line in self.lines if line.state == "retired" for one in (line.issuing, line.root))
        bridges = (line.bridge for line in self.lines if line.bridge and line.state not in ("declared", "staged"))
        return tuple(one for one in dict.fromkeys((*gone, *bridges)) if one not in living)

    def packages(self, packages: Sequence[Package], anchors: str) -> tuple[Package, ...]:
        """The files of a trust list: one that can hold a single certificate becomes one for each generation.

        The file of the name that the product knows is that of the generation that signs.
        """
        if len([line for line in self.lines if line.trusted]) < 2 or not self.trusted(anchors):
            return tuple(packages)
        return tuple(made for one in packages for made in self._each(one, anchors))

    def _each(self, package: Package, anchors: str) -> Iterator[Package]:
        roots = {line.root for line in self.lines}
        narrowed = {"roots": roots, "intermediates": {line.issuing for line in self.lines}}
        wanted = narrowed.get(str(package.options.get("only", "")), roots | narrowed["intermediates"])
        held = [one for one in self.trusted(anchors) if one in wanted]
        if package.form not in SINGLE or len(held) < 2:
            yield package
            return
        for index, address in enumerate(held):
            options = {**package.options, "at": index}
            if address in (self.now.root, self.now.issuing):
                yield replace(package, options=options)
            else:
                number = address.rpartition("-")[2] if address[-1].isdigit() else "1"
                path = _numbered(package.path, number)
                yield replace(package, id=f"{package.id}-{number}", path=path, options=options)


def rotated(issuer: str, lines: Sequence[Line]) -> bool:
    """Whether another generation of an issuer than the first was ever handed out."""
    return any(line.issuer == issuer and line.number > 1 and line.state != "declared" for line in lines)


def _numbered(path: str, number: str) -> str:
    """`trust/root.cer` → `trust/root-1.cer`."""
    folder, slash, name = path.rpartition("/")
    stem, dot, ending = name.rpartition(".")
    return f"{folder}{slash}{stem}-{number}{dot}{ending}" if stem else f"{path}-{number}"
