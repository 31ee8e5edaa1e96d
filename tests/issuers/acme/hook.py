"""A dns-01 hook for tests: tells pebble-challtestsrv, and writes down what it was asked. Fails when it is told to."""

import json
import os
import sys
from pathlib import Path
from urllib.request import Request, urlopen

managing, log, *rest = sys.argv[1:]
action, record = os.environ["CERTWRIGHT_ACTION"], os.environ["CERTWRIGHT_RECORD"]
value, domain = os.environ["CERTWRIGHT_VALUE"], os.environ["CERTWRIGHT_DOMAIN"]
with Path(log).open("a") as out:
    out.write(f"{action} {domain} {record} {value} {os.environ.get('CERTWRIGHT_UNLOCK', '-')} {' '.join(rest)}\n")
if action in rest:
    sys.exit("\033[31mthe provider is closed today")
path, told = (
    ("set-txt", {"host": f"{record}.", "value": value})
    if action == "present"
    else ("clear-txt", {"host": f"{record}."})
)
urlopen(Request(f"http://127.0.0.1:{managing}/{path}", json.dumps(told).encode())).close()
