from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "bandeng.directory"
    label = "directory"

    def ready(self) -> None:
        from bandeng.directory import sheet  # noqa: F401  registers its sheet
