"""The keeper that is an Azure Key Vault, of any cloud. Secrets only: certificate objects are seen, and never made.

Values travel in the body of a request over TLS, and in no message. Who asks is what DefaultAzureCredential finds.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceNotFoundError,
    ServiceRequestError,
    ServiceResponseError,
)
from azure.core.polling import LROPoller
from azure.identity import DefaultAzureCredential
from azure.keyvault.secrets import SecretClient, SecretProperties

from certwright.errors import Broken, Problem, Refused
from certwright.pack.keyvault import ENCODING_TAG
from certwright.speech import tr
from certwright.vaults import Secret

VERSION = "7.4"  # of the REST interface: the newest that vaults of all clouds are sure to speak
OFFICER = "Key Vault Secrets Officer"
_PATIENCE = {"retry_total": 3, "connection_timeout": 15, "read_timeout": 30}


class AzureVault:
    """Secrets of the vault at `url`, for example https://plant1-kv.vault.azure.net.

    `patience` is how many seconds a deletion, or taking it back, is waited for.
    """

    def __init__(self, url: str, credential: Any = None, patience: float = 60.0) -> None:
        logging.getLogger("azure").setLevel(logging.CRITICAL)  # which tells each credential it has tried
        self.title = urlsplit(url).hostname or url
        self._credential, self._patience = credential or DefaultAzureCredential(), patience
        self._client = SecretClient(url, self._credential, api_version=VERSION, **_PATIENCE)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
        self._credential.close()

    def find(self, name: str) -> Secret | None:
        """The newest version, deleted or not; None when the vault has nothing of that name."""
        with self._told(tr("read the secret {name}", name=name)):
            try:
                found = self._client.get_secret(name)
            except ResourceNotFoundError:
                return self._deleted(name)
            except HttpResponseError as failure:
                if _code(failure) != "SecretDisabled":
                    raise
                return self._newest(name)
            return _secret(found.properties, text=found.value or "")

    def secrets(self) -> tuple[Secret, ...]:
        """All secrets without their values; the deleted ones too, where this identity may see them."""
        with self._told(tr("list the secrets")):
            found = [_secret(one) for one in self._client.list_properties_of_secrets()]
            try:
                gone = [_secret(one.properties, deleted=True) for one in self._client.list_deleted_secrets()]
            except HttpResponseError as failure:
                if failure.status_code != 403:
                    raise
                gone = []
            return (*found, *gone)

    def put(self, name: str, text: str, content_type: str) -> str:
        """Set a secret; its new version."""
        with self._told(tr("set the secret {name}", name=name)):
            made = self._client.set_secret(name, text, content_type=content_type, tags=ENCODING_TAG)
            return made.properties.version or ""

    def delete(self, name: str) -> None:
        """Delete a secret, and wait until the vault has done so."""
        with self._told(what := tr("delete the secret {name}", name=name)):
            self._wait(self._client.begin_delete_secret(name, _polling_interval=0.5), what)

    def recover(self, name: str) -> None:
        """Take a deletion back."""
        with self._told(what := tr("recover the secret {name}", name=name)):
            self._wait(self._client.begin_recover_deleted_secret(name, _polling_interval=0.5), what)

    def purge(self, name: str) -> None:
        """Nothing is left of a secret that was deleted."""
        with self._told(tr("purge the secret {name}", name=name)):
            try:
                self._client.purge_deleted_secret(name)
            except ResourceNotFoundError:
                return

    def _wait(self, poller: LROPoller[Any], what: str) -> None:
        poller.wait(self._patience)
        if not poller.done():
            reason = tr("not finished within {seconds:g} seconds", seconds=self._patience)
            raise self._problem(Broken, reason, what, tr("run it again"))

    def _deleted(self, name: str) -> Secret | None:
        try:
            return _secret(self._client.get_deleted_secret(name).properties, deleted=True)
        except ResourceNotFoundError:
            return None
        except HttpResponseError as failure:
            if failure.status_code != 403:
                raise
            return None

    def _newest(self, name: str) -> Secret | None:
        """What is known of a secret that is switched off, and gives no value."""
        versions = list(self._client.list_properties_of_secret_versions(name))
        newest = max(versions, key=lambda one: one.created_on.timestamp() if one.created_on else 0.0, default=None)
        return _secret(newest) if newest else None

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """Failures of others in our words; theirs may quote what was sent."""
        try:
            yield
        except ClientAuthenticationError as failure:
            raise self._problem(Refused, tr("nobody who is signed in here may ask it"), what, _sign_in()) from failure
        except HttpResponseError as failure:
            raise self._refusal(failure, what) from failure
        except (ServiceRequestError, ServiceResponseError) as failure:
            reason = tr("it cannot be reached")
            hint = tr("look at the network, and at key_vault and key_vault_url in the deployment file")
            raise self._problem(Broken, reason, what, hint) from failure
        except ValueError as failure:  # an address that is no vault's, a challenge for another one
            reason = tr("what answers there is not this vault")
            raise self._problem(Refused, reason, what, tr("correct key_vault_url in the deployment file")) from failure

    def _refusal(self, failure: HttpResponseError, what: str) -> Problem:
        code = _code(failure)
        told = f"{failure.status_code} {code}".strip()
        if failure.status_code == 403:
            hint = tr(
                "give this identity the role {role} on the vault, and let this address through the vault's firewall",
                role=OFFICER,
            )
            return self._problem(Refused, tr("it does not let this identity ({code})", code=told), what, hint)
        if failure.status_code == 409:
            hint = tr("it was deleted and not purged: certwright vault delete … --purge, or az keyvault secret recover")
            return self._problem(Refused, tr("the name is in use ({code})", code=told), what, hint)
        if failure.status_code == 429:
            return self._problem(Broken, tr("it is too busy (429)"), what, tr("run it again in a minute"))
        return self._problem(Broken, tr("it answered {code}", code=told), what, tr("run it again"))

    def _problem(self, kind: Callable[[str, str], Problem], reason: str, what: str, hint: str) -> Problem:
        return kind(tr("{vault}: could not {what}: {reason}", vault=self.title, what=what, reason=reason), hint)


def _sign_in() -> str:
    return tr("az login, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET")


def _secret(found: SecretProperties, *, text: str = "", deleted: bool = False) -> Secret:
    return Secret(
        name=found.name or "",
        version=found.version or "",
        content_type=found.content_type or "",
        tags=found.tags or {},
        enabled=found.enabled is not False,
        deleted=deleted,
        certificate=bool(found.key_id or found._managed),
        text=text,
    )


def _code(failure: HttpResponseError) -> str:
    """The vault's own word for it: SecretDisabled, ForbiddenByRbac, ObjectIsDeletedButRecoverable."""
    error = failure.error
    inner = error.innererror if error else None
    found = (inner or {}).get("code") if isinstance(inner, dict) else None
    return str(found or (error.code if error else "") or "")
