"""No test depends on the machine: how fast it is, or what stands in the environment of whoever runs it."""

import os

from hypothesis import HealthCheck, settings

_OTHERS = (
    "LANGUAGE", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "KUBECONFIG", "SSLKEYLOGFILE", "SSL_CERT_FILE",
    "SSL_CERT_DIR",
)  # fmt: skip
_KINDS = ("LC_", "CERTWRIGHT_", "AZURE_", "PYTHON")

for name in [*os.environ]:
    if name in _OTHERS or name.startswith(_KINDS) or name.lower().endswith("_proxy"):
        del os.environ[name]
os.environ["LANG"] = "C.UTF-8"

settings.register_profile("certwright", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("certwright")
