"""What can keep a file from being judged at all: stable codes, each with its sentence, its reason and its remedy."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache

from certwright.model import Requirement, Severity
from certwright.speech import noted, spoken, tr


def _row(name: str, text: str, why: str, fix: str, severity: Severity = Severity.ERROR) -> Requirement:
    return Requirement(f"material.{name}", "", {}, severity, text, why, fix, sources=())


_ROWS = (
    _row(
        "missing",
        noted("The file a place is packed as exists."),
        noted("Whoever reads the folder finds nothing there, often hours into an installation."),
        noted("certwright apply, or put the file there under exactly that path"),
    ),
    _row(
        "unreadable",
        noted("The file can be read as what it should be."),
        noted("A file that was cut off, saved in another form, or mixed up says nothing about a certificate."),
        noted("export it once more in the form the plan asks for; certwright apply writes it anew"),
    ),
    _row(
        "wrong-password",
        noted("The password of the set opens the file."),
        noted("One password is typed for the whole set; a file with another one stops the import."),
        noted("give the password the file was made with, or export the file once more with the password of the set"),
    ),
    _row(
        "no-password",
        noted("The password of a locked file is known."),
        noted("Without it nothing inside can be judged."),
        noted("give it with --password-file SET=FILE, or --ask SET"),
    ),
    _row(
        "name",
        noted("The file is written in exactly the planned case."),
        noted("Windows does not mind, but installers compare folder names character by character, and Linux minds."),
        noted("rename it to the planned path"),
        Severity.WARNING,
    ),
    _row(
        "matched",
        noted("The file lies under the planned path."),
        noted("It was found by what it holds; whoever imports the set looks for the path, not for the names."),
        noted("put it there under exactly that path"),
        Severity.WARNING,
    ),
    _row(
        "unmatched",
        noted("The file belongs to a place of the plan."),
        noted("Nobody judges it, and whoever imports the folder may take it for another."),
        noted(
            "`certwright inspect FILE` says what is in it; take it away, or give the password or the right to read it"
        ),
        Severity.WARNING,
    ),
    _row(
        "open-to-others",
        noted("A file with a private key is for its owner alone."),
        noted("Whoever can read it has the key, and nothing tells who has read it."),
        noted("chmod 600 FILE; certwright apply closes what it delivered; revoke, if somebody may have read it"),
        Severity.WARNING,
    ),
    _row(
        "unreachable",
        noted("The server answers with TLS."),
        noted("Nothing can be said about a certificate that nobody was shown."),
        noted("check that it runs, and that a path to it is open from this machine; then check again"),
    ),
    _row(
        "not-asked",
        noted("Whoever is to be asked was allowed by the operator."),
        noted(
            "An address in a certificate is a stranger's word; following it blindly lets strangers reach into networks."
        ),
        noted("name the host with --allow HOST, if that is where it should be"),
        Severity.WARNING,
    ),
    _row(
        "other-host",
        noted("The server shows a certificate for the name it was asked for."),
        noted(
            "Clients refuse a certificate that does not name their server; often a default certificate is shown"
            " instead."
        ),
        noted("bind the certificate of this name on the server, or ask for another with --server-name"),
    ),
    _row(
        "old-tls",
        noted("The server speaks TLS 1.2 or newer, with keys and ciphers of today."),
        noted("Clients of today refuse older versions (RFC 8996) and weak keys."),
        noted("switch TLS 1.2 and 1.3 on at the server, and what is older off"),
        Severity.WARNING,
    ),
    _row(
        "unfinished",
        noted("The handshake ends well."),
        noted(
            "The chain came, and was judged; what clients get after it was not. Most often a client certificate is"
            " wanted."
        ),
        noted("give one with --client-certificate FILE, if that is what the server asks for"),
        Severity.WARNING,
    ),
    _row(
        "judgement-failed",
        noted("Every demand can be judged."),
        noted("certwright stumbled over this file; the other demands were judged all the same."),
        noted("look at the file with other tools, and report this with the file if it holds no secret"),
    ),
)

_BY_CODE: Mapping[str, Requirement] = {row.id: row for row in _ROWS}


class _Spoken(Mapping[str, Requirement]):
    """The rows by their codes, in the language spoken when one is asked for."""

    def __getitem__(self, code: str) -> Requirement:
        return _said(code, spoken())

    def __iter__(self) -> Iterator[str]:
        return iter(_BY_CODE)

    def __len__(self) -> int:
        return len(_BY_CODE)


@cache
def _said(code: str, _language: str) -> Requirement:
    row = _BY_CODE[code]
    return replace(row, text=tr(row.text), why=tr(row.why), fix=tr(row.fix))


MATERIAL: Mapping[str, Requirement] = _Spoken()
