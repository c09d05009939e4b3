from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "bandeng.foundation.pages"
    label = "pages"
