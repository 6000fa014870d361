"""What holds for every test: how hypothesis works."""

from hypothesis import HealthCheck, settings

# The same examples in each run: a check that fails must fail again for whoever looks into it. No deadline: the machine may be busy.
settings.register_profile(
    "custodiet",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("custodiet")
