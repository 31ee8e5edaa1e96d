"""What `apply` would change now: certificates beside their demands, files beside what lies at the target."""

from collections.abc import Collection, Iterator, Mapping

from certwright.due.recipes import beside, demanded, holding, recipe
from certwright.flow.beside import scopes
from certwright.flow.lists import file_name, lists_due, overdue
from certwright.flow.lists import recipe as recipe_of_list
from certwright.flow.rotating import left_over
from certwright.flow.showing import outlived, showing_due
from certwright.flow.standing import Standing, Todo, look, wanted_paths
from certwright.flow.standing import todo as to_do
from certwright.model import Action, Draft, Held, Place
from certwright.report.changes import Changes, Coming, ListChange
from certwright.report.difference import Change
from certwright.speech import tr, trn
from certwright.targets.folder import Folder
from certwright.terms.usage import purpose_oid
from certwright.wiring.applying import foreseeing, shown_below
from certwright.wiring.inventoried import inventory_of
from certwright.wiring.loading import Loaded
from certwright.x509.facts import CertificateFacts
from certwright.x509.name import parse_name
from certwright.x509.read import read_certificate
from certwright.x509.shards import unsharded
from certwright.x509.usages import OIDS

_PURPOSES = {oid: name for name, oid in OIDS.items()}


def changes(loaded: Loaded) -> Changes:
    """What a run would do at `loaded.now`. Impossible where it would refuse: a root that is to be renewed."""
    with inventory_of(loaded) as inventory:
        loaded = foreseeing(loaded, inventory)
        standing = look(loaded.plan, inventory, Folder(loaded.output))
    todo = to_do(loaded.plan, standing, loaded.now)
    verbs = {one.place: one for one in todo.places if one.verb in ("issue", "renew")}
    places = {place.id: place for place in loaded.plan.places}
    paths = list(_paths(loaded, standing, todo, verbs))
    removed = dict.fromkeys(path for path in left_over(loaded.plan, standing) if path in standing.observed)
    left = [path for path in standing.left(loaded.plan, loaded.now) if path not in removed]
    lists = {f"pki/{file_name(crl)}" for crl in standing.listed.crls.values()}
    return Changes(
        certificates=tuple(
            Coming(name, one.verb, one.reason, _differing(places[name], standing.held.get(name)))
            for name, one in verbs.items()
        ),
        written=tuple(path for path in paths if path not in standing.observed),
        replaced=tuple(path for path in paths if path in standing.observed),
        left=tuple(path for path in left if path not in lists),
        foreign=standing.foreign(wanted_paths(loaded.plan)),
        others=tuple((one.place, one.reason) for one in _others(loaded, standing, todo)),
        waiting=todo.waiting,
        later=todo.later,
        lists=(*_lists(loaded, standing), *(ListChange(path, "gone") for path in left if path in lists)),
        removed=tuple(removed),
    )


def _others(loaded: Loaded, standing: Standing, todo: Todo) -> Iterator[Action]:
    """What is due beside certificates, their files and lists; lists that lie there need only be shown."""
    own = set(lists_due(loaded.plan, standing.held, standing.listed, standing.delivered, loaded.now))
    yield from (one for one in todo.others if one not in own)
    yield from showing_due(loaded.plan, standing, shown_below(loaded), loaded.now)


def _lists(loaded: Loaded, standing: Standing) -> Iterator[ListChange]:
    """What becomes of every list that does not stay as it is."""
    plan, listed, now = loaded.plan, standing.listed, loaded.now
    late = {scope.name for scope in overdue(plan, standing.held, listed, now)}
    named = {scope.name for scope in scopes(plan, {}, now)}
    for scope in scopes(plan, listed.lingering, now):
        crl = listed.crls.get(scope.name)
        if crl is None:
            yield ListChange(scope.path, "new")
        elif scope.name in late or standing.delivered.get(scope.path) != recipe_of_list(crl):
            yield ListChange(scope.path, "again")
        elif scope.name not in named and scope.shard:
            family = (scope.authority.id, scope.shard.of)
            ends = [end for (place, _, of), end in listed.lingering.items() if (place, of) == family]
            yield ListChange(scope.path, "kept", max(ends).date())
    yield from (ListChange(path, "gone") for path in outlived(plan, standing, shown_below(loaded), now))


def _paths(loaded: Loaded, standing: Standing, todo: Todo, renewed: Collection[str]) -> Iterator[str]:
    """The files of places that would be written: those of new certificates, and those that are not as they should be.

    Of an issuer that answers later, only what needs no answer.
    """
    delivering = {one.place for one in todo.places if one.verb == "deliver"}
    asked = {wish.name for wish in loaded.plan.issuers if wish.outside}
    places = {place.id: place for place in loaded.plan.places}
    for place in loaded.plan.places:
        owner = places[place.shares_with or place.id]
        if place.id not in delivering or (owner.id in renewed and owner.issuer in asked):
            continue
        new = owner.id in renewed or any(one in renewed for one in place.anchor_places)
        for package in place.packages:
            have, version = holding(place, standing.held), standing.versions.get(place.set, 0)
            wanted = recipe(
                place, package, have, version, beside(place, package, have, standing.held, standing.list_digests)
            )
            if new or standing.delivered.get(package.path) != wanted:
                yield package.path


# ── demands that are others now ──


def _differing(place: Place, have: Held | None) -> tuple[Change, ...]:
    """What the certificate has, beside what is asked for now; nothing where the same is asked for as before."""
    if have is None or have.demanded == demanded(place):
        return ()
    before, after = _held_rows(have, place.draft), _draft_rows(place.draft)
    found = ((what, before[what], after[what]) for what in after)
    return tuple(
        Change(what, tuple(one for one in was if one not in now), tuple(one for one in now if one not in was))
        for what, was, now in found
        if set(was) != set(now)
    )


_Rows = Mapping[str, tuple[str, ...]]


def _held_rows(have: Held, draft: Draft) -> _Rows:
    facts = read_certificate(have.certificate)
    return {
        "names": tuple(map(str, facts.names)),
        "subject": (str(facts.subject),),
        "key usage": tuple(sorted(facts.key_usage or ())),
        "extended key usage": tuple(_PURPOSES.get(one, one) for one in facts.extended_key_usage or ()),
        "key": (_key(facts),),
        "signature hash": (facts.signature_hash or "",),
        "life": (_life_of_held(have, draft),),
        "revocation lists": tuple(unsharded(point)[0] for point in facts.crl_distribution_points or ()),
    }


def _draft_rows(draft: Draft) -> _Rows:
    return {
        "names": tuple(map(str, draft.names)),
        "subject": (parse_name(draft.subject).rfc4514_string(),),
        "key usage": tuple(sorted(draft.key_usage)),
        "extended key usage": tuple(_PURPOSES.get(oid := purpose_oid(one), oid) for one in draft.extended_key_usage),
        "key": (f"{draft.key.algorithm} {draft.key.bits}",),
        "signature hash": (draft.signature_hash,),
        "life": (_life(draft),),
        "revocation lists": draft.crl_distribution_points,
    }


def _key(facts: CertificateFacts) -> str:
    return f"{facts.key.algorithm} {facts.key.bits}"


def _life(draft: Draft) -> str:
    days = trn("{count} day", "{count} days", draft.lifetime.days)
    return tr("{life}, at least until {date}", life=days, date=draft.good_until) if draft.good_until else days


def _life_of_held(have: Held, draft: Draft) -> str:
    """A life that is as long as it must be reads like the draft's."""
    if draft.good_until and have.not_after.date() >= draft.good_until:
        return _life(draft)
    return trn("{count} day", "{count} days", (have.not_after - have.not_before).days)
