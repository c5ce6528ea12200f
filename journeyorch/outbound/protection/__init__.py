"""Protection of other systems: caps, throttles and circuit breakers (docs/technical.md).

A *cap* (``CappingConfig``) is a limit beyond which calls are not made; a *throttle* (``ThrottlingConfig``)
one beyond which they wait in line; a *breaker* keeps calls from a system that does not answer. What goes out
is counted for caps at the moment of ``sending``; the engine's call workers look after lines and breakers.
"""
