"""A file on its way out, with what it was made from; and the way out: written down, delivered, written down again."""

import hashlib
from collections.abc import Callable, Sequence

from certwright.flow.world import World
from certwright.inventory import Book, Delivery, Event
from certwright.model import Artifact
from certwright.value import value


@value
class Parcel:
    """An artifact and its recipe. Equal recipes mean that nothing has to be delivered again."""

    artifact: Artifact
    recipe: str

    def delivery(self) -> Delivery:
        """How it is written down."""
        one = self.artifact
        return Delivery(one.path, hashlib.sha256(one.content).hexdigest(), self.recipe, one.place)


def announce(book: Book, world: World, parcels: Sequence[Parcel]) -> None:
    """Write down, in a transaction under way, that these files are about to be written."""
    book.expect([parcel.delivery() for parcel in parcels], world.now)


def take_away(world: World, deliveries: Sequence[Delivery], is_there: Callable[[Delivery], bool]) -> None:
    """Remove files nobody needs any more, unless somebody changed them, and forget them."""
    if not deliveries:
        return
    world.target.remove([one.path for one in deliveries if is_there(one)])
    world.at("after files are taken away")
    with world.inventory.writing() as book:
        book.forget(deliveries)
        book.log([Event("removed", one.place, one.path, world.now) for one in deliveries])


def send(world: World, parcels: Sequence[Parcel]) -> tuple[str, ...]:
    """Deliver parcels that were announced, and write down that it is done. The paths, in order."""
    world.at("before a delivery")
    world.target.deliver([parcel.artifact for parcel in parcels])
    world.at("after a delivery, before it is written down")
    paths = tuple(parcel.artifact.path for parcel in parcels)
    with world.inventory.writing() as book:
        book.finish([parcel.delivery() for parcel in parcels])
        book.log([Event("delivered", parcel.artifact.place, parcel.artifact.path, world.now) for parcel in parcels])
    world.at("after a delivery is written down")
    return paths
