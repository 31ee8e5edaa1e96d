"""Who could not be told is named in German to whoever speaks it."""

from datetime import UTC, datetime

import pytest
from tests.german import english

from certwright.errors import Broken
from certwright.notices.mail import Mail
from certwright.notices.webhook import Webhook
from certwright.report.notice import Notice
from certwright.speech import speaking

NOTICE = Notice("due", "contoso.yaml", (), datetime(2026, 11, 21, tzinfo=UTC), "certwright apply contoso.yaml")


@pytest.mark.parametrize(
    "notifier",
    [Mail("127.0.0.1", 9, "a@contoso.com", ("b@contoso.com",)), Webhook("http://127.0.0.1:9/", lambda seconds: None)],
)
def test_nobody_is_there(notifier: Mail | Webhook) -> None:
    with speaking("de"), pytest.raises(Broken, match="wurde nicht benachrichtigt") as caught:
        notifier.tell(NOTICE)
    assert not english(caught.value.what, caught.value.hint)
