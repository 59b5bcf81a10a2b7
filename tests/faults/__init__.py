"""Faults injected into real parts, and the oracle that tells whether anything was lost or doubled."""
