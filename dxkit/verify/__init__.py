"""The second path: everything on the pages made again from the received cells, by plain means.

Nothing of the analysis room is used here, so that a mistake there shows as a difference.
"""
