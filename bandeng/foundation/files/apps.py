from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "bandeng.foundation.files"
    label = "files"
