# The certificates can be read without the password.
# exit 0
# Warning azure-stack-hub.certificate-privacy east/validation/EventHubs/EventHubs.pfx
portal="out/east/validation/EventHubs/EventHubs.pfx"
take "$portal" east/event-hubs-set
give "$portal" east/event-hubs-set -keypbe PBE-SHA1-3DES -certpbe NONE -macalg sha1 -certfile "$work/chain.pem" -LMK -CSP "$schannel"
