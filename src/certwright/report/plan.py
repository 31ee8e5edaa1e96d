"""A plan → text for people: every certificate, and the sentences that demand it with their sources.

What most certificates of a set share is said once, above them. A sentence that reads the same for several places is
said once, at the end, and the places give its number.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from certwright.model import CertificateSet, Demand, Draft, Place, Plan
from certwright.report.envelope import days
from certwright.report.layout import Screen, columns_of, fields, paragraph, ranges
from certwright.report.words import certificates, files, place_title, severity_word, titled
from certwright.report.words import days as days_told
from certwright.speech import tr, trn
from certwright.x509.extensions import KEY_USAGES

LABEL = 8  # columns
SHARED = ("subject", "usage", "key", "valid", "issuer", "sources", "demands")


def plan_text(plan: Plan, screen: Screen) -> str:
    """The whole plan as text: sites, sets, certificates, then the sentences behind them."""
    numbers = _numbered(plan)
    lines: list[str] = []
    for _, places in groupby(plan.places, key=lambda place: place.set):
        group = tuple(places)
        lines += _set_lines(_set_of(plan, group[0].set), group, numbers, screen)
    lines += _sentences(plan, numbers, screen)
    for note in plan.notes:
        lines += paragraph(tr("note: {note}", note=note), screen, style="warning")
    lines += [_summary(plan)]
    return "\n".join(lines) + "\n"


def _summary(plan: Plan) -> str:
    kinds = [place.kind for place in plan.places]
    return tr(
        "{certificates}, {authorities}, {trust_lists}; {files}",
        certificates=certificates(kinds.count("identity")),
        authorities=trn("{count} authority", "{count} authorities", kinds.count("authority")),
        trust_lists=trn("{count} trust list", "{count} trust lists", kinds.count("anchors")),
        files=files(sum(len(place.packages) for place in plan.places)),
    )


def _set_of(plan: Plan, address: str) -> CertificateSet | None:
    return next((entry for entry in plan.sets if entry.id == address), None)


def _set_lines(
    group: CertificateSet | None, places: Sequence[Place], numbers: Mapping[tuple[str, str], int], screen: Screen
) -> Iterator[str]:
    first = places[0]
    title = titled(group.title, product=first.product) if group else first.set
    if not group and first.kind == "authority":
        title = tr("Authorities")
    product = f" ({first.product})" if first.product else ""
    yield from fields([(first.set, title + product)], screen, style="strong")
    if group and group.password:
        rule = group.password
        told = tr(
            "one password for the set: at least {minimum} characters of {classes} kinds",
            minimum=rule.minimum,
            classes=rule.classes,
        )
        yield from paragraph(told, screen, indent=2)
    if group and group.demands:
        yield from fields([(tr("demands"), _references(group.demands, numbers))], screen, indent=2)
    yield from _places(places, numbers, screen)
    if group and group.scripts:
        rows = [(script.path, titled(script.title, product=first.product)) for script in group.scripts]
        yield from fields([(tr("scripts"), "\n".join(f"{path}  {title}" for path, title in rows))], screen, indent=2)
        yield ""


def _places(places: Sequence[Place], numbers: Mapping[tuple[str, str], int], screen: Screen) -> Iterator[str]:
    told = {place.id: place_rows(place, numbers) for place in places}
    shared = _shared([told[place.id] for place in places if place.kind != "anchors"])
    yield from fields([(tr("each"), tr("unless it says otherwise below"))] * bool(shared), screen, indent=2)
    yield from _labelled(shared.items(), screen)
    yield ""
    for place in places:
        yield from fields([(place.id, place_title(place))], screen, indent=2, style="address")
        own = told[place.id] if place.kind == "anchors" else _differing(told[place.id], shared)
        yield from _labelled(own, screen)
        yield ""


def _labelled(rows: Iterable[tuple[str, str]], screen: Screen) -> list[str]:
    labels = _labels()
    width = max(LABEL, *map(columns_of, labels.values()))
    return fields([(labels[name], text) for name, text in rows], screen, indent=4, label=width)


def _labels() -> Mapping[str, str]:
    """What place_rows calls the rows, as people read it."""
    return {
        "subject": tr("subject"),
        "names": tr("names"),
        "usage": tr("usage"),
        "key": tr("key"),
        "valid": tr("valid"),
        "issuer": tr("issuer"),
        "shared": tr("shared"),
        "files": tr("files"),
        "sources": tr("sources"),
        "demands": tr("demands"),
        "also": tr("also"),
        "see": tr("see"),
        "note": tr("note"),
    }


def _shared(places: Sequence[Sequence[tuple[str, str]]]) -> dict[str, str]:
    """What more than half of the certificates say alike, of what is worth saying once."""
    told = Counter(row for rows in places for row in rows if row[0] in SHARED and row[1])
    return {label: value for (label, value), count in told.items() if 2 * count > len(places) > 1}


def _differing(rows: Sequence[tuple[str, str]], shared: Mapping[str, str]) -> list[tuple[str, str]]:
    own = [(label, value) for label, value in rows if shared.get(label) != value]
    return [(label, value or (tr("none") if label in shared else "")) for label, value in own]


def place_rows(place: Place, numbers: Mapping[tuple[str, str], int]) -> list[tuple[str, str]]:
    """What a place's certificate is to be, as names of rows and values."""
    draft = place.draft
    identity = place.kind != "anchors"
    own = [demand.requirement for demand in place.demands if _key(demand) not in numbers]
    return [
        ("subject", _subject_text(draft) if identity else ""),
        ("names", "\n".join(_name_text(place))),
        ("usage", usages_text(draft)),
        ("key", f"{draft.key}, {draft.signature_hash}" if identity else ""),
        ("valid", lifetime_text(draft) if identity else ""),
        ("issuer", _issuer_text(place) if identity else ""),
        ("shared", tr("may use the certificate of {place}", place=place.shares_with) if place.shares_with else ""),
        ("files", "\n".join(package.path for package in place.packages)),
        ("sources", "\n".join(map(str, place.sources))),
        ("demands", _references(place.demands, numbers)),
        ("also", "\n".join(f"{r.text} [{r.id}]" for r in own)),
        ("see", ", ".join(c.id for c in place.contradictions)),
        ("note", "\n".join(place.notes)),
    ]


def _issuer_text(place: Place) -> str:
    return tr("itself") if place.issuer == place.id else place.issuer


def _subject_text(draft: Draft) -> str:
    first = draft.names[0].value if draft.names else ""
    return tr("CN=<first name>") if first and draft.subject == f"CN={first}" else draft.subject


def _name_text(place: Place) -> list[str]:
    return [name.value if name.kind == "dns" else str(name) for name in place.draft.names]


def usages_text(draft: Draft) -> str:
    """Key usages in the order of their bits, then extended key usages."""
    usages = sorted(draft.key_usage, key=KEY_USAGES.index)
    authority = [_authority_text(draft)] if draft.authority else []
    return "; ".join(part for part in (", ".join(draft.extended_key_usage), ", ".join(usages), *authority) if part)


def _authority_text(draft: Draft) -> str:
    if draft.path_length is None:
        return tr("certificate authority")
    return tr("certificate authority, path length {length}", length=draft.path_length)


def lifetime_text(draft: Draft) -> str:
    """`913 days, at least until 2028-11-01`."""
    life = days_told(days(draft.lifetime))
    return tr("{life}, at least until {date}", life=life, date=draft.good_until) if draft.good_until else life


# ── the sentences ─────────────────────────────────────────────────────────────────────────────────


def _key(demand: Demand) -> tuple[str, str]:
    return demand.requirement.id, demand.requirement.text


def all_demands(plan: Plan) -> Iterator[Demand]:
    """Every demand of every place, then of every set."""
    for place in plan.places:
        yield from place.demands
    for group in plan.sets:
        yield from group.demands


def _numbered(plan: Plan) -> dict[tuple[str, str], int]:
    """A number for every sentence that reads the same wherever its requirement is demanded."""
    texts: dict[str, set[str]] = {}
    for demand in all_demands(plan):
        texts.setdefault(demand.requirement.id, set()).add(demand.requirement.text)
    shared = [(code, text) for code, said in texts.items() for text in said if len(said) == 1]
    return {key: number for number, key in enumerate(shared, start=1)}


def _references(demands: Iterable[Demand], numbers: Mapping[tuple[str, str], int]) -> str:
    return ranges(numbers[_key(demand)] for demand in demands if _key(demand) in numbers)


def _sentences(plan: Plan, numbers: Mapping[tuple[str, str], int], screen: Screen) -> Iterator[str]:
    if not numbers:
        return
    heading = tr("the sentences behind the numbers, and where they stand; `certwright explain ADDRESS` says more")
    yield from fields([(tr("demands"), heading)], screen)
    yield ""
    requirements = {_key(demand): demand.requirement for demand in all_demands(plan)}
    for key, number in numbers.items():
        requirement = requirements[key]
        yield from paragraph(requirement.text, screen, indent=6, first=f"{number}")
        disagreements = [c.id for c in requirement.contradictions]
        weight = f"{requirement.id}, {severity_word(requirement.severity)}"
        told = [weight, *map(str, requirement.sources), ", ".join(disagreements)]
        yield from paragraph("; ".join(filter(None, told)), screen, indent=6, style="faint")
    yield ""
