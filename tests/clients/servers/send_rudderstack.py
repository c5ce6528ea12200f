"""What a shop's server does with RudderStack's library: python send_rudderstack.py ADDRESS KEY."""

import sys

import rudderstack.analytics as analytics

analytics.dataPlaneUrl, analytics.write_key = sys.argv[1:3]
analytics.identify("rudderstack", {"email": "rudderstack@example.com", "firstName": "Ruth"})
analytics.track("rudderstack", "Order Completed", {"total": 12.5})
analytics.shutdown()
