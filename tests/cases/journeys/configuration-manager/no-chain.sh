# A server's file without the authorities above it: where its chain ends cannot be seen.
# exit 1
# Fail configuration-manager.trusted hq/servers/mp1/web-server.pfx
# Warning configuration-manager.whole-chain hq/servers/mp1/web-server.pfx
server=out/hq/servers/mp1/web-server.pfx
take "$server" hq/site-systems
give "$server" hq/site-systems -LMK -CSP "$schannel"
