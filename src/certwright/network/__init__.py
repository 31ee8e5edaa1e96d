"""The network, when asked: who may be asked, one judged connection at a time, within limits of time and size.

What comes back is bytes and plain facts; nobody here believes them. Nothing is sent but what the protocol needs.
"""
