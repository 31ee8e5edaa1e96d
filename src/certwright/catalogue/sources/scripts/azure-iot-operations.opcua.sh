#!/bin/sh
# Fills the trust list and the issuer list of the connector for OPC UA. Each command uploads its file to the Key Vault of
# the instance itself and syncs it. Arguments are handed on (--overwrite-secret replaces an older version).
# Needs: az with the extension azure-iot-ops, and Key Vault Secrets Officer on the vault.
set -eu
cd -- "$(dirname -- "$0")"

add() {
  list=$1
  file=$2
  shift 2
  # What certwright vault apply has set in the vault keeps its name there: the same bytes become its next version.
  for known in %%vault_names%%; do
    case "$known" in "$(basename -- "$file")="*) set -- --secret-name "${known#*=}" --overwrite-secret "$@" ;; esac
  done
  az iot ops connector opcua "$list" add --subscription %%subscription%% -g %%resource_group%% --instance %%instance%% \
    --certificate-file "$file" "$@" --output none
}

# Roots and servers first, then the intermediates, then each CRL: it needs its certificate in the list.
for file in %%files%%; do
  case "$file" in opcua/trust/*.der | opcua/trust/*.crt) add trust "$file" "$@" ;; esac
done
for file in %%files%%; do
  case "$file" in opcua/issuers/*.der | opcua/issuers/*.crt) add issuer "$file" "$@" ;; esac
done
for file in %%files%%; do
  case "$file" in
    opcua/issuers/*.crl) add issuer "$file" "$@" ;;
    opcua/trust/*.crl) echo "The command takes no CRL for the trust list: $file reaches it with opcua/trust-list.yaml only." >&2 ;;
  esac
done
