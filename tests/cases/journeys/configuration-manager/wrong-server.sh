# The certificate of one server in the folder of another.
# exit 1
# Fail configuration-manager.intranet-name hq/servers/smp1/web-server.pfx
cp out/hq/servers/dp1/web-server.pfx out/hq/servers/smp1/web-server.pfx
