"""What docs/cluster.md shows is what happens."""

from . import page
from .apiserver import ApiServer


def test_the_page_shows_what_happens(server: ApiServer) -> None:
    today = page.refreshed(server.admin, server.url)
    assert page.fresh(today), "python tests/cluster/live/page.py writes it anew"
