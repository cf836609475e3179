"""Fake image services, one process that speaks every protocol on loopback.

    with Server() as server:
        server.fault("minimax.generate", "429", retry_after=2)
        backend = MiniMaxBackend({"api_key": "k", "base_url": server.base("minimax")})

A protocol is a module of this package with a ``PROTOCOL`` (see :mod:`tests.servers.protocol`); it
is found by being there. ``python -m tests.servers --port 0 --state FILE`` prints ``{"port": N}``.
"""

from .client import Server

__all__ = ["Server"]
