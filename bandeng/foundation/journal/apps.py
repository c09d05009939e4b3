from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "bandeng.foundation.journal"
    label = "journal"
