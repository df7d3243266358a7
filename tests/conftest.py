"""The tests mean the defaults: settings of whoever runs them are left out, but for where the weights are."""

import os

from hypothesis import settings

for name in [name for name in os.environ if name.startswith("QA_") and name != "QA_CACHE"]:
    del os.environ[name]

settings.register_profile("long", max_examples=10_000, deadline=None)  # pytest --hypothesis-profile long --timeout 0
