"""Who is told what a run came to. What was told is remembered, so that nobody hears the same thing in every round.

A notice that cannot be told is a message, and never a failed run; it is told again the next time.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from certwright.errors import Broken, Problem
from certwright.flow.world import Applied
from certwright.inventory import Inventory
from certwright.manifest.notify import MailWish, NotifyWish, WebhookWish
from certwright.notices import Notifier
from certwright.report.falling import Falling
from certwright.report.notice import Kind, Matter, Notice
from certwright.secret_files import exposure, read_secret
from certwright.speech import os_words, tr
from certwright.value import field, value
from certwright.wiring.loading import Loaded
from certwright.wiring.schedule import schedule

SOON = 14  # days before the end of something that a person is told
TOLD = "told "  # observations of that kind, with the kind of a notice: place → what was said of it


@value
class Bell:
    """Who is told of one deployment. `sleep` waits so many seconds before a second try; `memory` is what was told,
    for when there is no inventory that could keep it.
    """

    loaded: Loaded
    sleep: Callable[[float], None]
    memory: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def applied(self, applied: Applied) -> tuple[str, ...]:
        """Tell what a run did, what waits, and what is about to end; what there is to say if that fails."""
        if not wished(self.loaded.deployment.notify):
            return ()
        hint = f"certwright status {self.loaded.path.name}"
        ending = _soon(self.loaded)
        soon = {one.place: f"{one.kind} {one.on}" for one in ending}  # compared, whatever language the next run speaks
        ends = {one.place: tr("{what} ({day})", what=one.what, day=one.on) for one in ending}
        said = [*self._tell("renewed", {place: tr("has a new certificate") for place in applied.made}, "")]
        waiting = dict((*applied.waiting, *applied.unshown))
        said += self._news("waiting", waiting, waiting, hint)
        said += self._news("due", soon, ends, hint)
        self._remember("failed", {})
        return tuple(dict.fromkeys(said))

    def failed(self, problem: Problem) -> tuple[str, ...]:
        """Tell that a run failed, unless the same was told before."""
        if not wished(self.loaded.deployment.notify):
            return ()
        return tuple(self._news("failed", {"": problem.what}, {"": problem.what}, problem.hint))

    def _news(self, kind: Kind, now: Mapping[str, str], words: Mapping[str, str], hint: str) -> Sequence[str]:
        """Tell what is another than what was told last; `now` is what is remembered of it."""
        before = self._remembered(kind)
        changed = {place: words[place] for place in now if before.get(place) != now[place]}
        said = self._tell(kind, changed, hint)
        if not said:
            self._remember(kind, now)
        return said

    def _tell(self, kind: Kind, matters: Mapping[str, str], hint: str) -> Sequence[str]:
        if not matters:
            return ()
        told = tuple(Matter(place, what) for place, what in matters.items())
        notice = Notice(kind, self.loaded.path.name, told, self.loaded.now, hint)
        return [said for one in self._notifiers() for said in _handed_over(one, notice)]

    def _notifiers(self) -> Iterator[Callable[[], Notifier]]:
        wish, folder = self.loaded.deployment.notify, self.loaded.path.parent
        if mail := wish.mail:
            yield lambda: _mail(mail, folder)
        if webhook := wish.webhook:
            yield lambda: _webhook(webhook, folder, self.sleep)

    # ── memory ──

    def _remembered(self, kind: Kind) -> Mapping[str, str]:
        try:
            if self.loaded.database.exists():
                with Inventory.open_to_read(self.loaded.database) as inventory, inventory.reading() as reading:
                    return reading.observations(TOLD + kind)
        except Problem:  # it may be what is to be told
            return self.memory.get(kind, {})
        return self.memory.get(kind, {})

    def _remember(self, kind: Kind, now: Mapping[str, str]) -> None:
        before = self._remembered(kind)
        self.memory[kind] = now
        if before == now or not self.loaded.database.exists():
            return
        with Inventory.open(self.loaded.database) as inventory, inventory.writing() as book:
            book.unobserve(TOLD + kind, before.keys() - now.keys())
            book.observe(TOLD + kind, now, self.loaded.now)


def told(loaded: Loaded, applied: Applied) -> tuple[str, ...]:
    """Tell what a run did; what there is to say about that."""
    if not wished(loaded.deployment.notify):
        return (tr("nobody was told: nobody stands under notify: in {file}", file=loaded.path.name),)
    return (*tried(lambda: Bell(loaded, time.sleep).applied(applied)), *open_secrets(loaded))


@contextmanager
def telling_failure(loaded: Loaded, say: Callable[[str], None]) -> Iterator[None]:
    """Whatever Problem ends the block is told, and goes on its way."""
    try:
        yield
    except Problem as problem:
        failure = problem
        for said in tried(lambda: Bell(loaded, time.sleep).failed(failure)):
            say(said)
        raise


def tried(tell: Callable[[], Sequence[str]]) -> Sequence[str]:
    """What there is to say after telling; a failure to remember what was told is said, too."""
    try:
        return tell()
    except Problem as problem:
        return (problem.what,)


def wished(wish: NotifyWish) -> bool:
    """Whether anybody is to be told anything."""
    return bool(wish.mail or wish.webhook)


def _soon(loaded: Loaded) -> tuple[Falling, ...]:
    """What ends within two weeks though it should have been renewed before, and roots that have to be exchanged."""
    today, events = loaded.now.date(), schedule(loaded)
    renewals = {one.place: one.on for one in events if one.kind == "renewal"}
    late = {one.place for one in events if renewals.get(one.place, today) <= today}
    return tuple(
        one
        for one in events
        if (one.on - today).days <= SOON and (one.kind == "rotation" or (one.kind == "expiry" and one.place in late))
    )


def _handed_over(maker: Callable[[], Notifier], notice: Notice) -> Iterator[str]:
    try:
        maker().tell(notice)
    except Problem as failure:
        yield tr("nobody was told: {why}", why=failure.what)


# ── who ──


def _mail(wish: MailWish, folder: Path) -> Notifier:
    made: Notifier = import_module("certwright.notices.mail").Mail(
        wish.host,
        wish.port,
        wish.sender,
        wish.to,
        wish.security,
        wish.user,
        secret_in(folder, wish.password_file),
        str(folder / wish.roots) if wish.roots else "",
    )
    return made


def _webhook(wish: WebhookWish, folder: Path, sleep: Callable[[float], None]) -> Notifier:
    made: Notifier = import_module("certwright.notices.webhook").Webhook(
        wish.url, sleep, secret_in(folder, wish.secret_file), str(folder / wish.roots) if wish.roots else ""
    )
    return made


def secret_in(folder: Path, name: str) -> str:
    """The first line of a file beside the deployment file; "" without a name. Broken when it cannot be read, Refused
    when everybody can; what else there is to say of it, `open_secrets` says.
    """
    if not name:
        return ""
    try:
        lines = read_secret(folder / name, lambda told: None).decode("utf-8-sig").splitlines()
    except OSError as failure:
        what = tr("{name}: cannot be read ({reason})", name=name, reason=os_words(failure))
        raise Broken(what, tr("paths are relative to the deployment file")) from failure
    except UnicodeDecodeError:
        raise Broken(tr("{path}: is not UTF-8 text", path=name), tr("save it as UTF-8")) from None
    return lines[0] if lines else ""


def open_secrets(loaded: Loaded) -> tuple[str, ...]:
    """A sentence for each file with a secret that others than its owner can get at."""
    wish = loaded.deployment.notify
    names = (wish.mail.password_file if wish.mail else "", wish.webhook.secret_file if wish.webhook else "")
    files = (loaded.path.parent / name for name in names if name)
    return tuple(str(exposed) for file in files if file.exists() and (exposed := exposure(file)))
