from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "bandeng.cases"
    label = "cases"
