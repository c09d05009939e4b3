from django.apps import AppConfig


class TerritoryConfig(AppConfig):
    name = "bandeng.territory"
    label = "territory"
