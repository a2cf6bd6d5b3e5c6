"""Annotated copies of the received workbooks, for their senders."""
