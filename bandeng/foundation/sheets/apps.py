from django.apps import AppConfig


class SheetsConfig(AppConfig):
    name = "bandeng.foundation.sheets"
    label = "sheets"

    def ready(self) -> None:
        from bandeng.foundation.sheets import jobs  # noqa: F401  registers the job
