"""Where it runs: the embedded stack and its supervisor."""
