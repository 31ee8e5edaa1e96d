"""certwright: which certificates a Microsoft hybrid deployment needs, made, proved and kept alive."""
