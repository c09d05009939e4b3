from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "bandeng.cases"
    label = "cases"

    def ready(self) -> None:
        from bandeng.cases import tell  # noqa: F401  registers the resolver
