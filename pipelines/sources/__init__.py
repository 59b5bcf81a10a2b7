"""What is pulled, one module per source."""
