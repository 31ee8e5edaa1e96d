"""Credentials as files, and back: `packing` writes them, `opened` is the inverse, and every form has a file of its own.

Nothing is read from anywhere: bytes in, bytes out.
"""
