"""The data's way: pull, validate, enrich, land."""
