"""Who may not be asked, and who does not answer, is told in German to whoever speaks it."""

import pytest
from tests.german import english

from certwright.errors import Refused
from certwright.network.address import endpoint
from certwright.network.allowed import Allowed
from certwright.network.dial import dial
from certwright.network.limits import Clock, Limits
from certwright.speech import speaking


@pytest.mark.parametrize(
    "text", ["https://", "https://user:x@contoso.com", "https://contoso.com:0", "ldap://contoso.com"]
)
def test_what_is_no_server(text: str) -> None:
    with speaking("de"), pytest.raises(Refused) as caught:
        endpoint(text)
    assert not english(caught.value.what, caught.value.hint)


def test_whom_nobody_allowed() -> None:
    with speaking("de"), pytest.raises(Refused) as caught:
        dial("127.0.0.1", 9, Allowed(), Clock(Limits()))
    assert caught.value.what.startswith("127.0.0.1:9 wurde nicht gefragt: ")
    assert not english(caught.value.what, caught.value.hint)


def test_a_wait_that_was_too_long() -> None:
    with speaking("de"), pytest.raises(TimeoutError, match="nicht binnen 0 Sekunden fertig"):
        Clock(Limits(total=0)).wait(1)
