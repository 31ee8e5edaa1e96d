#!/bin/sh
# Reports of consumers, printed by the line of `certwright ca script`; one as PowerShell's > writes what it is given.
set -eu
cd "$(dirname "$0")"
cases=../network
python - >look.sh <<'END'
from certwright.generations import Consumer
from certwright.pack.trust_script import trust_script
print(trust_script(Consumer("plant1/node-1", "plant1", "contoso", "Node 1"), "sh"), end="")
END
sh look.sh "$cases/root.pem" "$cases/issuing.pem" -- "$cases/issuing.pem" >node-1.report
sed 's/$/\r/' node-1.report | iconv -f utf-8 -t utf-16 >windows.report
rm look.sh
