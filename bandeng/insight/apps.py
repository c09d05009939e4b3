from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "bandeng.insight"
    label = "insight"
