"""Something that falls due on a day: what calendars and notices are made of."""

from datetime import date

from certwright.value import value


@value
class Falling:
    """Something that falls due: of which place, on which day, what in one line, and what to do about it.

    `kind` tells apart what one place has several of: renewal, expiry, rotation, crl.
    """

    place: str
    kind: str
    on: date
    what: str
    todo: str = ""
