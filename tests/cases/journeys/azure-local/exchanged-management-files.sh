# Server and client certificate of the management endpoint were exchanged.
# exit 1
# Fail azure-local.client-authentication plant1/ManagementEndpointCerts/ManagementEndpointClientAuth.pfx
# Fail azure-local.management-subject plant1/ManagementEndpointCerts/ManagementEndpointSsl.pfx
# Fail azure-local.server-authentication plant1/ManagementEndpointCerts/ManagementEndpointSsl.pfx
# Warning azure-local.client-name plant1/ManagementEndpointCerts/ManagementEndpointClientAuth.pfx
cd out/plant1/ManagementEndpointCerts
exchange ManagementEndpointSsl.pfx ManagementEndpointClientAuth.pfx
