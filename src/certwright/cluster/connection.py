"""One cluster: objects read, listed, applied and deleted, as plain mappings. What it refuses comes back as a value.

Broken when there is no answer at all, or nobody to answer to us.
"""

import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from json import JSONDecodeError
from types import TracebackType
from typing import Any

import httpx2
import msgspec
from lightkube import Client
from lightkube.config.kubeconfig import SingleConfig
from lightkube.config.models import Cluster as Server
from lightkube.config.models import Context
from lightkube.config.models import User as Asker
from lightkube.core.exceptions import ApiError, ConfigError
from lightkube.generic_resource import create_global_resource, create_namespaced_resource
from lightkube.types import PatchType

from certwright.cluster.answers import MANAGER, Conflict, Refusal, conflicts, refusal
from certwright.cluster.kubeconfig import Access
from certwright.cluster.transport import Bounded, Limits, TooMuch
from certwright.errors import Broken, Problem
from certwright.pack.object_kinds import Kind, Ref, table
from certwright.pack.objects import Object
from certwright.pack.rbac import IDENTITY
from certwright.speech import tr
from certwright.value import field, value

DEEPEST = 64  # mappings and lists inside each other
PAGE = 50  # objects of one answer; one object is at most 1.5 MiB in etcd
USUAL = Limits()
NAMESPACE = Kind("", "v1", "Namespace", "namespaces", namespaced=False)


@value
class Outcome:
    """What became of a request: the object as it is then, or None; the fields of others; why it was refused."""

    object: Object | None = field(default=None, repr=False)
    conflicts: tuple[Conflict, ...] = ()
    refusal: Refusal | None = None


@value
class Listed:
    """The objects of a list, or why there is none."""

    objects: tuple[Object, ...] = field(default=(), repr=False)
    refusal: Refusal | None = None


class Cluster:
    """An API server, spoken to with the credentials of one context. Leave it to close its connections."""

    def __init__(self, access: Access, environment: Mapping[str, str], limits: Limits = USUAL) -> None:
        self.context, self.server, self.limits = access.context, access.server, limits
        user = access.user
        asker = Asker(token=user.token or None, username=user.name or None, password=user.password or None)
        config = SingleConfig(access.context, Context(cluster=access.context), Server(server=access.server), asker)
        self._client: Any = Client(  # whose overloads know each kind by a class of its own
            config,
            field_manager=MANAGER,
            timeout=httpx2.Timeout(limits.read, connect=limits.connect),
            trust_env=False,
            transport=Bounded(access, limits, environment),
        )

    def __enter__(self) -> "Cluster":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._client.close()

    def identity(self) -> str:
        """What tells this cluster from every other; "" when we may not know."""
        found = self.get(Ref(NAMESPACE, "", IDENTITY)).object
        return str(table(found, "metadata").get("uid", "")) if found else ""

    def get(self, ref: Ref) -> Outcome:
        """The object at that address. Neither an object nor a refusal: nothing is there."""

        def ask() -> Outcome:
            return Outcome(_plain(self._client.get(_resource(ref.kind), ref.name, **_where(ref))))

        return self._asked(ref, ask)

    def list(self, kind: Kind, namespace: str, types: Sequence[str] = ()) -> Listed:
        """All objects of a kind, in a namespace or, for kinds of the whole cluster, in "". Only Secrets have `types`.

        Broken for more than `limits.objects`.
        """
        found: list[Object] = []

        def ask() -> Outcome:
            where = {"namespace": namespace} if kind.namespaced else {}
            for one in types or ("",):
                more = {**where, "fields": {"type": one}} if one else where
                for item in self._client.list(_resource(kind), chunk_size=PAGE, **more):
                    found.append({"apiVersion": kind.api, "kind": kind.kind, **_plain(item)})
                    if len(found) > self.limits.objects:
                        raise TooMuch(tr("more than {count} objects", count=self.limits.objects))
            return Outcome()

        refusal = self._asked(Ref(kind, namespace, ""), ask).refusal
        return Listed((), refusal) if refusal else Listed(tuple(found))

    def apply(self, found: Object, ref: Ref, *, dry_run: bool = False, force: bool = False) -> Outcome:
        """Apply the object with our field manager; `force` takes over the fields of others.

        With `dry_run` the server says what would become of it, and keeps nothing.
        """

        def ask() -> Outcome:
            more = {"patch_type": PatchType.APPLY, "force": force, "dry_run": dry_run, **_where(ref)}
            return Outcome(_plain(self._client.patch(_resource(ref.kind), ref.name, dict(found), **more)))

        return self._asked(ref, ask)

    def delete(self, ref: Ref, *, dry_run: bool = False) -> Outcome:
        """Delete the object at that address. No refusal: it is gone, or was gone before."""

        def ask() -> Outcome:
            self._client.delete(_resource(ref.kind), ref.name, dry_run=dry_run, **_where(ref))
            return Outcome()

        return self._asked(ref, ask)

    def _asked(self, ref: Ref, ask: Callable[[], Outcome]) -> Outcome:
        with self._told():
            try:
                return ask()
            except ApiError as answer:
                code, status = int(answer.response.status_code), _document(answer.response)
            except httpx2.HTTPStatusError as answer:
                code, status = int(answer.response.status_code), {}
        if code == 401:
            raise Broken(
                tr("{context}: the API server does not accept our credentials", context=self.context),
                tr("sign in again, or fetch the kubeconfig anew"),
            )
        if code < 400 or code == 429 or code >= 500:
            raise self._broken(tr("HTTP status {code}", code=code))
        there = table(status, "details").get("kind") == ref.kind.plural and table(status, "details").get("name")
        if code == 404 and there == ref.name:
            return Outcome()
        if taken := conflicts(status):
            return Outcome(conflicts=taken)
        return Outcome(refusal=refusal(ref, code, status))

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Whatever keeps an answer from coming, in words that hold nothing of what was sent."""
        try:
            yield
        except httpx2.TimeoutException:
            raise self._broken(tr("no answer in time")) from None
        except TooMuch as reason:
            raise self._broken(str(reason)) from None
        except (httpx2.HTTPError, httpx2.InvalidURL, ssl.SSLError) as reason:
            raise self._broken(_words(reason)) from None
        except ConfigError as reason:
            raise Broken(tr("{context}: the kubeconfig cannot be used", context=self.context)) from reason
        except (msgspec.MsgspecError, JSONDecodeError, UnicodeDecodeError, TypeError, RecursionError) as reason:
            raise self._broken(tr("an answer that is none of Kubernetes")) from reason

    def _broken(self, reason: str) -> Problem:
        return Broken(
            tr("{server} ({context}): {reason}", server=self.server, context=self.context, reason=reason),
            tr("check that kubectl --context {context} version reaches it", context=self.context),
        )


@cache  # the library wants one class a kind, and no second one
def _resource(kind: Kind) -> Any:
    make = create_namespaced_resource if kind.namespaced else create_global_resource
    return make(kind.group, kind.version, kind.kind, kind.plural)


def _where(ref: Ref) -> dict[str, str]:
    return {"namespace": ref.namespace} if ref.kind.namespaced else {}


def _plain(found: Any) -> Object:
    """A mapping that is nothing else: the library's own only looks like one."""
    level: list[Any] = [found]
    for _ in range(DEEPEST):
        level = [inner for one in level if isinstance(one, dict | list) for inner in _inside(one)]
    if level or not isinstance(found, Mapping):
        raise msgspec.ValidationError("no mapping, or nested too deep")
    return dict(found)


def _inside(one: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return one.values() if isinstance(one, dict) else one


def _document(answer: httpx2.Response) -> Mapping[str, Any]:
    found = answer.json()
    return found if isinstance(found, Mapping) else {}


def _words(reason: BaseException) -> str:
    """The innermost reason, in OpenSSL's words or the system's; those of a header that cannot be sent quote it."""
    if isinstance(reason, httpx2.LocalProtocolError):
        return type(reason).__name__
    inner: BaseException | None = reason
    while inner is not None:
        if isinstance(inner, ssl.SSLCertVerificationError):
            return tr("its certificate is not trusted ({reason})", reason=inner.verify_message)
        inner = inner.__cause__ or inner.__context__
    return str(reason) or type(reason).__name__
