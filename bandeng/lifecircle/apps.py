from django.apps import AppConfig


class LifeCircleConfig(AppConfig):
    name = "bandeng.lifecircle"
    label = "lifecircle"
