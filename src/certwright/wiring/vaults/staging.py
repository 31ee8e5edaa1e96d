"""What verbs that change lists give: changes that wait for `apply`, and what there is to say about them."""

from certwright.errors import Refused
from certwright.lists.entries import ListChange
from certwright.speech import tr
from certwright.value import value

AS_SECRET = "make sure to add it as a secret, not as a certificate resource"  # noqa: S105 - AIO-C09, the document's own words


@value
class Staged:
    """Changes that wait for `apply`, and what there is to say about them."""

    changes: tuple[ListChange, ...]
    messages: tuple[str, ...] = ()
    vault: str = ""


def certificate_object() -> Refused:
    return Refused(
        tr("this is a Key Vault certificate object, which the synchronisation does not read: {words}", words=AS_SECRET),
        tr("give the certificate's file to certwright vault add, under another name: it is stored as a secret"),
    )
