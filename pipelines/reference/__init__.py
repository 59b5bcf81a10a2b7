"""The tables that enrichment looks things up in."""
