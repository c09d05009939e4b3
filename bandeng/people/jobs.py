"""What is forgotten by time alone: ended sessions, who mistyped a password from where, who was invited in vain."""

from datetime import timedelta

from axes.models import AccessAttempt
from django.utils import timezone

from bandeng.foundation.jobs.registry import job
from bandeng.foundation.notify.models import Message
from bandeng.people.actions.invitations import end_expired
from bandeng.people.models import Session

ATTEMPTS_KEPT = timedelta(days=30)  # domain brief, section 7, rule 4: no network address longer than this
RELAYS_KEPT = timedelta(days=30)


@job("clear_sessions", every=timedelta(hours=6))
def clear_sessions() -> str:
    """Delete sessions that have ended."""
    done, _ = Session.objects.filter(expire_date__lt=timezone.now()).delete()
    return f"cleared {done} ended sessions" if done else ""


@job("clear_login_attempts", every=timedelta(hours=6))
def clear_login_attempts() -> str:
    """Delete failed log-ins, with their network addresses, after 30 days."""
    done, _ = AccessAttempt.objects.filter(attempt_time__lt=timezone.now() - ATTEMPTS_KEPT).delete()
    return f"cleared {done} failed log-ins" if done else ""


@job("forget_relays", every=timedelta(hours=6))
def forget_relays() -> str:
    """Drop words that were passed on to leaders, after 30 days: what was to be said has been said."""
    old = Message.objects.filter(topic="relay", created_at__lt=timezone.now() - RELAYS_KEPT).exclude(body="")
    done = old.update(body="")
    return f"forgot the words of {done} relays" if done else ""


@job("end_invitations", every=timedelta(hours=6))
def end_invitations() -> str:
    """Erase invitations that nobody accepted."""
    done = end_expired()
    return f"erased {done} expired invitations" if done else ""
