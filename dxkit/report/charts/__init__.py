"""Charts as inline SVG: one module for each family, one canvas and one house style for all."""
