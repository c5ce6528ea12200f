"""A wave: take what waits in some lanes, decide it, write it all in one transaction (engine.md, Waves)."""

from journeys.engine.wave.run import run_wave

__all__ = ["run_wave"]
