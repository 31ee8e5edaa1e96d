"""The JSON Schema of the deployment file, for editors: made from the same facts the reader reads."""

from collections.abc import Iterable, Mapping

from certwright.catalogue.kinds import schema_of
from certwright.catalogue.product import Product
from certwright.manifest.acme import ACCOUNT_KEYS, BINDING, CHALLENGE
from certwright.manifest.common import CERTIFICATE, COMMON, CONSUMER, GENERATION, HEAD, ISSUER, ISSUER_KINDS, KEYS
from certwright.manifest.consumers import STACKS
from certwright.manifest.lists import SPAN
from certwright.manifest.notify import MAIL, PORTS, WEBHOOK
from certwright.manifest.outside import AUTH, OUTSIDE
from certwright.manifest.rotations import AUTHORITY, BOTH, SCOPES
from certwright.manifest.tokens import TOKEN
from certwright.speech import of_product, tr
from certwright.x509.shards import MOST

_TEXT: dict[str, object] = {"type": "string", "minLength": 1}
_KEY: dict[str, object] = {"enum": list(KEYS)}
_DAYS: dict[str, object] = {"type": "integer", "minimum": 1}
_NAME: dict[str, object] = {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]*$"}


def json_schema(products: Iterable[Product]) -> dict[str, object]:
    """The JSON Schema (draft 2020-12) of a deployment file for these products."""
    sites = [_site(product) for product in products]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": tr("certwright deployment file"),
        "type": "object",
        "required": ["certwright", "sites"],
        "additionalProperties": False,
        "properties": {
            "certwright": {"description": tr(HEAD["certwright"]), "const": 1},
            "output": {"description": tr(HEAD["output"]), **_TEXT},
            "products": {"description": tr(HEAD["products"]), "type": "array", "items": _TEXT},
            "issuers": {
                "description": tr(HEAD["issuers"]),
                "type": "object",
                "propertyNames": {"pattern": "^[a-z0-9][a-z0-9-]{0,30}$"},
                "additionalProperties": {"oneOf": [_issuer(), *(_outside(kind) for kind in OUTSIDE)]},
            },
            "keys": {
                "description": tr(HEAD["keys"]),
                "type": "object",
                "propertyNames": {"pattern": "^[a-z0-9][a-z0-9-]{0,30}$"},
                "additionalProperties": _closed(TOKEN, ("module", "token", "pin_file"), {"kind": {"const": "pkcs11"}}),
            },
            "notify": {
                "description": tr(HEAD["notify"]),
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "mail": _closed(
                        MAIL,
                        ("server", "from", "to"),
                        {"to": {"type": "array", "items": _TEXT}, "security": {"enum": list(PORTS)}},
                    ),
                    "webhook": _closed(WEBHOOK, ("url",), {}),
                },
            },
            "sites": {
                "description": tr(HEAD["sites"]),
                "type": "array",
                "minItems": 1,
                "items": {"oneOf": sites},
            },
        },
    }


def _closed(texts: Mapping[str, str], required: Iterable[str], shapes: Mapping[str, object]) -> dict[str, object]:
    """A mapping of these keys and no others; what has no shape is text."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": {key: {"description": tr(text), **shapes.get(key, _TEXT)} for key, text in texts.items()},  # type: ignore[dict-item]
    }


def _issuer() -> dict[str, object]:
    authority = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "subject": _TEXT,
            "key": _KEY,
            "years": {"type": "integer", "minimum": 1, "maximum": 50},
            "keys": _TEXT,
        },
    }
    shapes: dict[str, dict[str, object]] = {
        "kind": {"enum": list(ISSUER_KINDS)},
        "organization": _TEXT,
        "root": authority,
        "issuing": authority,
        "keys": _TEXT,
        "crl": {"type": "string", "pattern": "^http://"},
        "crl_shards": {"type": "integer", "minimum": 1, "maximum": MOST},
        **{key: {"type": "string", "pattern": SPAN} for key in ("crl_life", "crl_overlap")},
        "publish": {"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]},
        "generations": {"type": "array", "items": _generation(authority)},
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {key: {"description": tr(text), **shapes[key]} for key, text in ISSUER.items()},
    }


def _generation(authority: Mapping[str, object]) -> dict[str, object]:
    day: dict[str, object] = {"type": "string", "format": "date"}
    flag: dict[str, object] = {"type": "boolean"}
    shapes: dict[str, object] = {
        "number": {"type": "integer", "minimum": 2},
        "scope": {"enum": list(SCOPES)},
        **dict.fromkeys(("root", "issuing"), authority),
        **dict.fromkeys(("stage_from", "sign_from", "retire_from"), day),
        "distribution": _DAYS,
        "replaces": {"type": "integer", "minimum": 1},
        "bridge": {"anyOf": [flag, {"const": BOTH}]},
        "compromised": {"anyOf": [flag, {"type": "array", "items": {"type": "string", "pattern": AUTHORITY}}]},
    }
    return _closed(GENERATION, ("number", "reason"), shapes)


def _consumer() -> dict[str, object]:
    shapes: dict[str, object] = {
        "name": {"type": "string", "pattern": "^[a-z0-9][a-z0-9.-]{0,60}$"},
        "stack": {"enum": list(STACKS)},
        "look": {"type": "string", "pattern": "^(report$|file:|https://|cluster:)"},
        "shows": {"type": "array", "items": _TEXT},
        "checks": {"type": "array", "items": _TEXT},
    }
    return _closed(CONSUMER, ("name",), shapes)


def _outside(kind: str) -> dict[str, object]:
    """An issuer of somebody else; what is not among the shapes is text."""
    texts: dict[str, object] = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}
    flag: dict[str, object] = {"type": "boolean"}
    shapes: dict[str, dict[str, object]] = {
        "kind": {"const": kind},
        **dict.fromkeys(("roots", "chain") if kind != "acme" else (), texts),
        **dict.fromkeys(("contact", "hosts"), texts),
        **dict.fromkeys(("terms_agreed", "dates"), flag),
        "templates": {"type": "object", "additionalProperties": _TEXT},
        "auth": {"anyOf": [{"enum": list(AUTH)}, {"type": "array", "items": {"enum": list(AUTH)}}]},
        "account_key": {"enum": list(ACCOUNT_KEYS)},
        "challenge": {"anyOf": [_TEXT, {"type": "object", "propertyNames": {"enum": list(CHALLENGE)}}]},
        "eab": {"type": "object", "propertyNames": {"enum": list(BINDING)}},
    }
    needed = {"acme": ("directory", "challenge", "terms_agreed"), "adcs-web": ("url",), "adcs-offline": ("ca",)}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["kind", *needed.get(kind, ()), *(("roots",) if "roots" in OUTSIDE[kind] else ())],
        "properties": {key: {"description": tr(text), **shapes.get(key, _TEXT)} for key, text in OUTSIDE[kind].items()},
    }


def _site(product: Product) -> dict[str, object]:
    shapes_of_wish: dict[str, object] = {
        "key": _KEY,
        "days": _DAYS,
        "names": {"type": "array", "items": _TEXT},
        "keys": _TEXT,
    }
    wish = {
        "type": "object",
        "additionalProperties": False,
        "properties": {key: shapes_of_wish[key] for key in CERTIFICATE},
    }
    builds: list[object] = [*product.builds, *(int(one) for one in product.builds if one.isdigit())]
    shapes: dict[str, dict[str, object]] = {
        "name": _NAME,
        "product": {"const": product.id},
        "build": {"enum": builds} if builds else {},
        "issuer": _TEXT,
        "layouts": {"type": "array", "items": {"enum": [layout.id for layout in product.layouts] or [""]}},
        "target": _TEXT,
        "key": _KEY,
        "days": _DAYS,
        "renew": _DAYS,
        "maintenance": {
            "type": "object",
            "additionalProperties": False,
            "required": ["cron", "hours"],
            "properties": {"cron": _TEXT, "hours": {"type": "integer", "minimum": 1, "maximum": 744}, "zone": _TEXT},
        },
        "certificates": {
            "type": "object",
            "additionalProperties": False,
            "properties": {place.id: wish for place in product.places},
        },
        "consumers": {"type": "array", "items": _consumer()},
    }
    keys = ", ".join(KEYS)
    common = {key: {"description": tr(text, keys=keys), **shapes[key]} for key, text in COMMON.items()}
    facts = {name: schema_of(fact) for name, fact in product.facts.items()}
    required = ["name", "product", *(name for name, fact in product.facts.items() if fact.required)]
    return {
        "title": of_product(product.id, product.title),
        "description": product.summary,
        "type": "object",
        "required": required,
        "additionalProperties": False,
        "properties": {**common, **facts},
    }
