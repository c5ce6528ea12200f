"""Step events with all their fields (operations.md, Step events): read page by page, written in three shapes.

``drawn`` is what the drawing adds, ``fields`` the fields themselves, ``reading`` the pages, ``shapes`` CSV,
JSON lines and XDM, ``agreement`` the comparison of step events with their sums.
"""
