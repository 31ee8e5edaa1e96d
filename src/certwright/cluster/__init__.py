"""A Kubernetes cluster, when asked: who is asked is what a kubeconfig says, within limits of time and size.

Only what carries our field manager is changed; what the server refuses is told in words, and never with a secret.
"""
