"""What a shop's server does with Segment's library: python send_segment.py ADDRESS KEY."""

import sys

import segment.analytics as analytics

analytics.host, analytics.write_key = sys.argv[1:3]
analytics.identify("segment", {"email": "segment@example.com", "firstName": "Sam"})
analytics.track("segment", "Order Completed", {"total": 12.5})
analytics.shutdown()
