from django.apps import AppConfig


class TerritoryConfig(AppConfig):
    name = "bandeng.territory"
    label = "territory"

    def ready(self) -> None:
        from bandeng.territory.sheets import places  # noqa: F401  registers the sheet of places
