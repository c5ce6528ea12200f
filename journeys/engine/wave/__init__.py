"""A wave: take what waits in some lanes, decide it all, write it all in one transaction (engine.md § 3)."""

from journeys.engine.wave.run import run_wave

__all__ = ["run_wave"]
