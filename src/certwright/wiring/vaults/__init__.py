"""The verbs of `certwright vault`, one file each, over one ground."""
