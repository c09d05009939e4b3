from django.apps import AppConfig


class NotifyConfig(AppConfig):
    name = "bandeng.foundation.notify"
    label = "notify"
