from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "bandeng.people"
    label = "people"

    def ready(self) -> None:
        from bandeng.people import following, notices  # noqa: F401  register the resolver, and what follows redrawn lines
        from bandeng.people.sheets import posts, units  # noqa: F401  register their sheets
