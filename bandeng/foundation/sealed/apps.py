from django.apps import AppConfig


class SealedConfig(AppConfig):
    name = "bandeng.foundation.sealed"
    label = "sealed"
