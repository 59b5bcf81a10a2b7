"""What the data is: one contract per record, and all that is made from it."""
