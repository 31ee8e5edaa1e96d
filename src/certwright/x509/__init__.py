"""X.509: bytes → facts, and a draft with a signer → bytes. Nothing here judges or touches the world."""
