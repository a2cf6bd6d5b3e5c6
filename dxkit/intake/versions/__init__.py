"""Workbooks that were sent again: revisions, duplicates, annotated copies, changes of cells."""
