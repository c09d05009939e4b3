from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "bandeng.cases"
    label = "cases"

    def ready(self) -> None:
        from bandeng.cases import following, tell  # noqa: F401  register the resolver, and what follows redrawn lines
