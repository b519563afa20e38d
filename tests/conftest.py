"""What all tests share."""

from __future__ import annotations

from hypothesis import settings

# The time of one example says nothing on a busy machine.
settings.register_profile("abasto", deadline=None)
settings.load_profile("abasto")
