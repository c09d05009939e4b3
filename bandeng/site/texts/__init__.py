"""The two languages of the pages: finding the texts, keeping and checking the translation, compiling it.

Texts are written in Chinese in the code (msgid); English is `bandeng/locale/en/LC_MESSAGES/django.po`.
"""
