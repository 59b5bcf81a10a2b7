"""Reading documents: one module for each thing that enrichment knows. Nothing here opens a connection."""
