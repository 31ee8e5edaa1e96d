"""What can keep a file from being judged at all: stable codes, each with its sentence, its reason and its remedy."""

from collections.abc import Mapping

from certwright.model import Requirement, Severity


def _row(name: str, text: str, why: str, fix: str, severity: Severity = Severity.ERROR) -> Requirement:
    return Requirement(f"material.{name}", "", {}, severity, text, why, fix, sources=())


_ROWS = (
    _row(
        "missing",
        "The file a place is packed as exists.",
        "Whoever reads the folder finds nothing there, often hours into an installation.",
        "certwright apply, or put the file there under exactly that path",
    ),
    _row(
        "unreadable",
        "The file can be read as what it should be.",
        "A file that was cut off, saved in another form, or mixed up says nothing about a certificate.",
        "export it once more in the form the plan asks for; certwright apply writes it anew",
    ),
    _row(
        "wrong-password",
        "The password of the set opens the file.",
        "One password is typed for the whole set; a file with another one stops the import.",
        "give the password the file was made with, or export the file once more with the password of the set",
    ),
    _row(
        "no-password",
        "The password of a locked file is known.",
        "Without it nothing inside can be judged.",
        "give it with --password-file SET=FILE, or --ask SET",
    ),
    _row(
        "name",
        "The file is written in exactly the planned case.",
        "Windows does not mind, but installers compare folder names character by character, and Linux minds.",
        "rename it to the planned path",
        Severity.WARNING,
    ),
    _row(
        "matched",
        "The file lies under the planned path.",
        "It was found by what it holds; whoever imports the set looks for the path, not for the names.",
        "put it there under exactly that path",
        Severity.WARNING,
    ),
    _row(
        "unmatched",
        "The file belongs to a place of the plan.",
        "Nobody judges it, and whoever imports the folder may take it for another.",
        "`certwright inspect FILE` says what is in it; take it away, or give the password or the right to read it",
        Severity.WARNING,
    ),
    _row(
        "unreachable",
        "The server answers with TLS.",
        "Nothing can be said about a certificate that nobody was shown.",
        "check that it runs, and that a path to it is open from this machine; then check again",
    ),
    _row(
        "not-asked",
        "Whoever is to be asked was allowed by the operator.",
        "An address in a certificate is a stranger's word; following it blindly lets strangers reach into networks.",
        "name the host with --allow HOST, if that is where it should be",
        Severity.WARNING,
    ),
    _row(
        "other-host",
        "The server shows a certificate for the name it was asked for.",
        "Clients refuse a certificate that does not name their server; often a default certificate is shown instead.",
        "bind the certificate of this name on the server, or ask for another with --server-name",
    ),
    _row(
        "old-tls",
        "The server speaks TLS 1.2 or newer, with keys and ciphers of today.",
        "Clients of today refuse older versions (RFC 8996) and weak keys.",
        "switch TLS 1.2 and 1.3 on at the server, and what is older off",
        Severity.WARNING,
    ),
    _row(
        "unfinished",
        "The handshake ends well.",
        "The chain came, and was judged; what clients get after it was not. Most often a client certificate is wanted.",
        "give one with --client-certificate FILE, if that is what the server asks for",
        Severity.WARNING,
    ),
    _row(
        "judgement-failed",
        "Every demand can be judged.",
        "certwright stumbled over this file; the other demands were judged all the same.",
        "look at the file with other tools, and report this with the file if it holds no secret",
    ),
)

MATERIAL: Mapping[str, Requirement] = {row.id: row for row in _ROWS}
