"""The only room that does things in order: what is due is done, written down, and asked for again, until nothing is.

Killed at any moment and run again, it ends where an undisturbed run would have ended.
"""
