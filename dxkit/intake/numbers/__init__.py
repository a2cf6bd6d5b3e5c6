"""A cell's text or number to a value, with its raw writing kept."""
