# A server's file without the authorities above it: Windows would find them in its stores, where they are delivered to.
# exit 0
# Warning configuration-manager.whole-chain hq/servers/mp1/web-server.pfx
server=out/hq/servers/mp1/web-server.pfx
take "$server" hq/site-systems
give "$server" hq/site-systems -LMK -CSP "$schannel"
