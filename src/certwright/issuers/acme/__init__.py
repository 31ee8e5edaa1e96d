"""An ACME CA as an issuer (RFC 8555): account, orders, proofs of control, advice on renewal.

Only `transport` and the solvers touch the world; time, waiting and randomness come in a `Clock`. `issuer` is the door.
"""
