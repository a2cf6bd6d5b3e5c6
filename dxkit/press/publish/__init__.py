"""What is written beside and around the pages: indexes, data files, workbooks, documents."""
