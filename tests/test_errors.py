"""Problems say everything at once, in the language of who reads them."""

from tests.german import english

from certwright.errors import Conflict, Impossible, Mistake, Mistakes
from certwright.speech import speaking

MISTAKES = (
    Mistake("a.yaml", 3, 5, "Wert", found="x", expected="y", hint="z"),
    Mistake("a.yaml", 0, 0, "Wert", expected="y"),
)


def test_mistakes() -> None:
    assert str(Mistakes(MISTAKES)) == (
        "2 mistakes\na.yaml:3:5: Wert (expected y, got x)\n  hint: z\na.yaml: Wert (expected y)"
    )
    with speaking("de"):
        assert str(Mistakes(MISTAKES[:1])) == ("1 Fehler\na.yaml:3:5: Wert (erwartet: y, gefunden: x)\n  Hinweis: z")


def test_conflicts_are_told_once_for_all_their_places() -> None:
    conflicts = [Conflict(place, "x.y", "Wert", "1", "2", "3", "4") for place in ("one", "two")]
    assert str(Impossible(conflicts)) == ("Wert [x.y] (expected 1, got 2)\n  for 2: one, two\n  hint: 3\n  source: 4")
    with speaking("de"):
        assert not english(str(Impossible(conflicts)))
