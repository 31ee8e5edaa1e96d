"""The only room that knows every adapter: files, the clock, randomness, the inventory, keys and targets meet here.

What the command line calls, one file an errand. Everything raises Problems only and prints nothing; who needs another
time gives `now`. Nothing is gathered here, so that a verb loads only what it runs.
"""
