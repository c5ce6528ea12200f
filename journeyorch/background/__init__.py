"""Long work with progress that survives restarts: imports, exports, erasures (docs/architecture.md).

models.py    a task, and the lines that were wrong with it
kinds.py     who does work of a kind; rooms register themselves
running.py   one small committed batch at a time, by whoever has the lease
tasks.py     begin, cancel, forget
files.py     what is uploaded for a task, and what a task makes, in pieces in the database
admin.py     the pages
"""
