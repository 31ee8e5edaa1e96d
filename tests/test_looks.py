"""Where a trust list is seen: one spelling for each place, and everything else is refused with what is wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certwright.errors import Refused
from certwright.looks import File, Look, Object, Report, Server, read_look


@pytest.mark.parametrize(
    ("text", "look"),
    [
        ("report", Report()),
        ("file:gw/trust.pem", File("gw/trust.pem")),
        ("file:/etc/ssl/a b.pem", File("/etc/ssl/a b.pem")),
        ("https://mqtt.contoso.com:8883", Server("https://mqtt.contoso.com:8883")),
        ("https://[fd00::5]:8443/", Server("https://[fd00::5]:8443")),
        ("cluster:azure-iot/trust/ca.crt", Object("azure-iot", "configmap", "trust", "ca.crt")),
        ("cluster:azure-iot/configmap:trust/ca.crt", Object("azure-iot", "configmap", "trust", "ca.crt")),
        ("cluster:azure-iot/secret:trust-list/*", Object("azure-iot", "secret", "trust-list", "*")),
    ],
)
def test_what_is_said_is_where_it_is_seen(text: str, look: Look) -> None:
    assert read_look(text) == look


@pytest.mark.parametrize(
    "text",
    [
        "", "reports", "file:", "file: ", "file:a\nb", "http://x", "https://", "https://x:0", "https://x:65536", "https://[::1",
        "https://user@x", "https://x/path", "https://x?a", "cluster:", "cluster:ns/name", "cluster:NS/name/key",
        "cluster:ns/na me/key", "cluster:ns/pod:name/key", "cluster:ns/name/key/more", "cluster:ns/name/k'y",
    ],
)  # fmt: skip
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        read_look(text)
    assert refused.value.hint


@given(st.text(max_size=40), st.sampled_from(["", "file:", "https://", "cluster:", "cluster:ns/", "cluster:a/b/"]))
def test_nothing_but_a_look_or_a_refusal_comes_of_any_text(text: str, start: str) -> None:
    try:
        look = read_look(start + text)
    except Refused:
        return
    if isinstance(look, Object):  # it stands in a script, between quotes
        assert not set("'\"\\ $`;&|\n") & set(look.namespace + look.name + look.key)
