"""Tables on a sheet: header, columns, rows, and the values that stand in them."""
