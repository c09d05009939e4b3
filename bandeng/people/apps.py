from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "bandeng.people"
    label = "people"

    def ready(self) -> None:
        from bandeng.people import notices  # noqa: F401  registers the resolver
