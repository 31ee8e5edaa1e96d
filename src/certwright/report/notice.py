"""Something a person should know, as a message for people and as JSON (`notice/1`) for programs. Nothing secret."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from certwright.report.envelope import Json, envelope, moment
from certwright.report.layout import wrap
from certwright.report.told import one_line
from certwright.speech import tr, trn
from certwright.value import value

Kind = Literal["due", "waiting", "failed", "renewed"]
WIDTH = 78  # RFC 5322 2.1.1


@value
class Matter:
    """One thing: the place or set it is about, and what there is to say."""

    place: str
    what: str


@value
class Notice:
    """What happened, or is about to, in one deployment. `hint` is what to type or do next."""

    kind: Kind
    deployment: str
    matters: tuple[Matter, ...]
    now: datetime
    hint: str = ""


def title(notice: Notice) -> str:
    """One line: a subject, or the first line of a message."""
    count, name = len(notice.matters), one_line(notice.deployment)
    match notice.kind:
        case "due":
            return trn("{name}: {count} thing is due", "{name}: {count} things are due", count, name=name)
        case "waiting":
            return trn(
                "{name}: {count} thing waits for somebody", "{name}: {count} things wait for somebody", count, name=name
            )
        case "renewed":
            return trn("{name}: {count} certificate is new", "{name}: {count} certificates are new", count, name=name)
    return tr("{name}: a run failed", name=name)


def notice_text(notice: Notice) -> str:
    """The message, in lines of at most 78 characters where words allow it."""
    lines = [title(notice), ""]
    for matter in notice.matters:
        told = f"{matter.place}: {matter.what}" if matter.place else matter.what
        lines += [f"  {line}" for line in wrap(one_line(told), WIDTH - 2)]
    lines += ["", *wrap(notice.hint, WIDTH)] if notice.hint else []
    return "\n".join([*lines, ""])


def notice_document(notice: Notice) -> dict[str, Json]:
    """The same as `notice/1`."""
    matters: Sequence[dict[str, Json]] = [{"place": one.place, "what": one.what} for one in notice.matters]
    return envelope(
        "notice",
        {
            "kind": notice.kind,
            "deployment": notice.deployment,
            "title": title(notice),
            "matters": list(matters),
            "hint": notice.hint,
            "at": moment(notice.now),
        },
    )
