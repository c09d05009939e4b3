from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0005_old_sessions")]

    operations = [
        migrations.RenameModel("FactorReset", "Help"),
        migrations.AddField(
            "help", "kind",
            models.CharField(choices=[("factors", "重置两步登录"), ("unlock", "解了锁"), ("password", "给了设新密码的链接")], default="factors", max_length=8),
            preserve_default=False,
        ),
        migrations.AlterField(
            "help", "account", models.ForeignKey(on_delete=models.deletion.CASCADE, related_name="helps", to="people.account"),
        ),
    ]
