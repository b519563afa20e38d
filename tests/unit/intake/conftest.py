from __future__ import annotations

from hypothesis import settings

# The time of one example says nothing on a busy machine.
settings.register_profile("intake", deadline=None)
settings.load_profile("intake")
