from django.apps import AppConfig


class ClockConfig(AppConfig):
    name = "bandeng.foundation.clock"
    label = "clock"
