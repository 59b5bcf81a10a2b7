"""The only folder that opens a connection."""
