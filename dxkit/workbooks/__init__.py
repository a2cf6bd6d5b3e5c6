"""A received file as cells that keep their address, whatever its format.

One module for each format (``xlsx``, ``xls``, ``ods``, ``csv_text``); ``reading`` tells by
the content which one a file is in, ``limits`` says how much of a file is ever read.
"""
