"""The figures of reports.

``periods``, ``facts``, ``splits``, ``significance`` and ``charts`` are pure; ``sums`` asks the database for
hourly sums, ``summary`` puts both together.
"""
