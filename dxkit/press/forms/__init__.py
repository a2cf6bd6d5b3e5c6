"""Workbooks to be filled in, one for each sender, made from the rules by which they are read."""
