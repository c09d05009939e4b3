from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "bandeng.site"
    label = "site"
