"""Workbooks to be filled in: forms, made from the rules they are read by; replies; visits."""
