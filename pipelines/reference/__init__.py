"""The tables that enrichment looks things up in."""

from pipelines.reference.register import Register, register

__all__ = ["Register", "register"]
