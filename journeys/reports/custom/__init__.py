"""Reports that people put together: panels of chosen figures by chosen dimensions.

``definition``, ``metrics`` and ``tables`` are pure; ``asking`` gets the sums, ``shown`` makes texts of them.
"""
