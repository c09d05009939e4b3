from django.apps import AppConfig


class SampleConfig(AppConfig):
    name = "bandeng.sample"
    label = "sample"
