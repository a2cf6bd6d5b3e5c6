"""A report as an official Word document, laid out as decree 30/2020/ND-CP asks."""
