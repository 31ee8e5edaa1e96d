#!/bin/sh
# Applies the Secrets of the listeners, then the listeners. Run it again after every renewal: the broker picks up the Secret.
# Needs: kubectl, az with the extension azure-iot-ops.
set -eu
cd -- "$(dirname -- "$0")"

# The Secrets first: without them the pods of the broker wait.
for file in %%files%%; do
  case "$file" in
    listeners/*/secret.yaml) kubectl apply --server-side --field-manager=certwright -f "$file" ;;
  esac
done

for file in %%files%%; do
  case "$file" in
    listeners/*/listener.yaml)
      name=$(basename -- "$(dirname -- "$file")")
      az iot ops broker listener apply --subscription %%subscription%% -g %%resource_group%% --instance %%instance%% \
        --broker default --name "$name" --config-file "${file%.yaml}.json" --output none
      ;;
  esac
done
