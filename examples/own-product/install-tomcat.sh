#!/bin/sh
# Installs the certificate and key of one node and reloads Tomcat. Run it on the node, beside the folder tomcat.
set -eu

node=${1:?usage: install-tomcat.sh NODE}
folder=%%folder%%
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
from="$here/tomcat/$node"

openssl verify -CAfile "$here/tomcat/root.pem" -untrusted "$from/server.crt" \
    -verify_hostname %%service_fqdn%% "$from/server.crt"
install -d -m 0750 -g tomcat "$folder"
install -m 0640 -g tomcat "$from/server.crt" "$folder/server.crt"
install -m 0640 -g tomcat "$from/server.key" "$folder/server.key"
systemctl restart tomcat
