"""PKCS#12 (RFC 7292): a tolerant BER reader, an inspector, a writer. Nothing here judges or touches the world."""
