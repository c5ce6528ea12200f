"""snowplow-tracker for Python: sends from a buffer, and comes again by a timer that ends with the process."""

import sys
import threading

from snowplow_tracker import Emitter, StructuredEvent, Subject, Tracker

address, key, person = sys.argv[1:]
delivered = threading.Event()
emitter = Emitter(address, on_success=lambda events: delivered.set())
tracker = Tracker(namespace="shop", emitters=emitter, app_id=key, subject=Subject().set_user_id(person))
tracker.track(StructuredEvent(category="shop", action="Order Completed", value=12.5))
tracker.flush()
delivered.wait()
