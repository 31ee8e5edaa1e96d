"""ACME (RFC 8555) as values: messages, signatures, documents, challenges; for whoever asks and whoever answers.

No network, no clock, no randomness: times and fractions are arguments. What others wrote is read tolerantly, bounded.
"""
