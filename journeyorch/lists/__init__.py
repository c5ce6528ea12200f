"""Lists of things: search, filters, order, columns, pages and row actions, written once."""
