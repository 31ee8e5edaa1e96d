"""Trust list, issuer list and client pair of the connector for OPC UA, and trust lists of the other connectors.

An entry of a list is a record of the deployment file or an entry of the vault, never both: here they become one list.
"""
