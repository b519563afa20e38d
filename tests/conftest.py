"""What all tests share."""

from __future__ import annotations

import signal

from hypothesis import settings

# The time of one example says nothing on a busy machine.
settings.register_profile("abasto", deadline=None)
settings.load_profile("abasto")

# A suite that is started in the background ignores Ctrl-C, and so would every command that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
