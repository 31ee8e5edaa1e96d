"""A CA's refusal is explained in German to whoever speaks it; what the CA said itself stays as it was said."""

import pytest
from tests.german import english

from certwright.acme.documents import read_problem
from certwright.issuers.acme.words import refusal
from certwright.speech import speaking, tr


@pytest.mark.parametrize(
    "kind", ["unauthorized", "rateLimited", "caa", "dns", "connection", "badCSR", "serverInternal"]
)
def test_refusals(kind: str) -> None:
    body = f'{{"type": "urn:ietf:params:acme:error:{kind}", "detail": "No valid IP addresses"}}'
    with speaking("de"):
        what, hint = refusal(tr("the order"), read_problem(body.encode(), 403))
    assert what == f"die Bestellung von der Zertifizierungsstelle abgelehnt: No valid IP addresses ({kind})"
    assert hint
    assert not english(hint)
