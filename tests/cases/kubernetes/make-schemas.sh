#!/bin/sh
# Makes schemas/issuer.json and schemas/cluster-issuer.json. Needs: pip install cloudcoil.models.cert-manager==1.17.1.0
set -eu
cd "$(dirname "$0")/schemas"
python3 - <<'END'
import json
from cloudcoil.models.cert_manager import v1

def closed(schema):
    """Without titles and texts, and without room for unknown fields."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: closed(one) for key, one in schema.items() if key not in ("title", "description", "default")}
    return {**kept, "additionalProperties": False} if "properties" in kept else kept

for model, name, metadata in ((v1.Issuer, "issuer", ("name", "namespace")), (v1.ClusterIssuer, "cluster-issuer", ("name",))):
    whole = model.model_json_schema()
    spec = whole["$defs"][whole["properties"]["spec"]["$ref"].rpartition("/")[2]]
    ca = next(one["$ref"] for one in spec["properties"]["ca"]["anyOf"] if "$ref" in one).rpartition("/")[2]
    field = whole["$defs"]["ObjectMeta"]["properties"]["name"]
    kept = {
        "type": "object",
        "required": ["apiVersion", "kind", "metadata", "spec"],
        "properties": {
            **{key: whole["properties"][key] for key in ("apiVersion", "kind")},
            "metadata": {"type": "object", "required": list(metadata), "properties": {key: field for key in metadata}},
            "spec": {"type": "object", "required": ["ca"], "properties": {"ca": whole["$defs"][ca]}},
        },
    }
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **closed(kept)}
    with open(f"{name}.json", "w") as out:
        out.write(json.dumps(schema, indent=2) + "\n")
END
