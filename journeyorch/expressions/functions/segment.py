"""Segment membership (expressions.md, Functions)."""

from __future__ import annotations

from ..evaluate import Context
from ..registry import function
from .parameters import SegmentName


@function(examples={'inSegment("Lapsed customers")': False})
def in_segment(context: Context, name: SegmentName) -> bool:
    """Whether the person is in the segment (realized or existing membership); the name is a constant."""
    return name in context.segments
