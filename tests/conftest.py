"""No test depends on how fast this machine is: what hypothesis draws is never judged by the clock."""

from hypothesis import HealthCheck, settings

settings.register_profile("certwright", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("certwright")
