"""Makes the calls that waves wrote down, outside any transaction and outside the lanes (engine.md, Calls).

Claim (conditional update) → render once and store the exact request → send in a thread → write the result
and its lane input in one transaction, if the claim still holds.
"""

from journeys.engine.calls.resident import make_calls_once, resident

__all__ = ["make_calls_once", "resident"]
