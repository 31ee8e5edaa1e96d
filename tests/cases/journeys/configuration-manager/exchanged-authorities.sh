# Root and intermediate were exchanged.
# exit 1
# Fail configuration-manager.root-is-a-root hq/trust/root.cer
exchange out/hq/trust/root.cer out/hq/trust/intermediate.cer
