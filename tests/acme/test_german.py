"""What a server says that nobody can use is told in German to whoever speaks it."""

import pytest
from tests.german import english

from certwright.acme.documents import read_directory, read_order
from certwright.errors import Unreadable
from certwright.speech import speaking


@pytest.mark.parametrize("read", [read_directory, read_order])
@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"status": 3}', b"[" * 100_000, b'{"status": "x"}'])
def test_documents_that_are_none(read: object, content: bytes) -> None:
    assert callable(read)
    with speaking("de"), pytest.raises(Unreadable) as caught:
        read(content)
    assert caught.value.what
    assert not english(caught.value.what, caught.value.hint)
