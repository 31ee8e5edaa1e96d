# The files of two clients were exchanged.
# exit 1
# Fail configuration-manager.computer-name hq/clients/kiosk1.pfx
# Fail configuration-manager.computer-name hq/clients/kiosk2.pfx
# Fail configuration-manager.first-name-only hq/clients/kiosk1.pfx
# Fail configuration-manager.first-name-only hq/clients/kiosk2.pfx
exchange out/hq/clients/kiosk1.pfx out/hq/clients/kiosk2.pfx
