from django.db import migrations


class Migration(migrations.Migration):
    """Sessions stand in people_session: what is left in Django's own table is nobody's any more."""

    dependencies = [
        ('people', '0004_absences'),
    ]

    operations = [
        migrations.RunSQL('DROP TABLE IF EXISTS django_session', migrations.RunSQL.noop),
    ]
