"""Until when a rotation can wait."""

from datetime import date, datetime, timedelta


def begin_by(end: datetime, distribution: timedelta, longest: timedelta) -> date:
    """The last day on which the rotation of a root that ends then can be begun.

    The new root is handed out first, then it signs; and the last certificate that the old one signed before, which may
    live for `longest`, must not outlive it.
    """
    return (end - distribution - longest).date()
