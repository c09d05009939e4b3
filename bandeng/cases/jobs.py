"""What happens to cases by time alone."""

from datetime import timedelta

from bandeng.cases import claims, climbing
from bandeng.cases.actions import calling, clocks, ending, exclusions, objections, privacy
from bandeng.foundation.jobs.registry import job


@job("close_silent_cases", every=timedelta(minutes=10))
def close_silent_cases() -> str:
    done = ending.close_silent()
    return f"closed {done} cases after silence" if done else ""


@job("remind_silent_requesters", every=timedelta(hours=1))
def remind_silent_requesters() -> str:
    asked = calling.remind_silent()
    return f"asked {asked} requesters a second time" if asked else ""


@job("erase_contacts", every=timedelta(hours=1))
def erase_contacts() -> str:
    done, failed = privacy.erase_due()
    if failed:
        raise RuntimeError(f"{failed} cases could not be erased, {done} were; the log says why")
    return f"erased contact and words of {done} cases" if done else ""


@job("clear_claim_tries", every=timedelta(hours=1))
def clear_claim_tries() -> str:
    done = claims.clear_tries()
    return f"cleared {done} counts" if done else ""


@job("tell_limits", every=timedelta(minutes=5))
def tell_limits() -> str:
    told = climbing.climb()
    return f"told of {told} limits near their end or over it" if told else ""


@job("resume_pauses", every=timedelta(minutes=30))
def resume_pauses() -> str:
    done = clocks.resume_due()
    return f"{done} deferred or waiting cases run again" if done else ""


@job("reckon_limits", every=timedelta(minutes=5))
def reckon_limits() -> str:
    moved = climbing.reckon_anew()
    return f"{moved} limits moved with the corrected calendar" if moved else ""


@job("lapse_objections", every=timedelta(hours=1))
def lapse_objections() -> str:
    done = objections.lapse_due()
    return f"filed {done} matters because nobody decided on the objection in time" if done else ""


@job("lapse_exclusions", every=timedelta(hours=1))
def lapse_exclusions() -> str:
    done = exclusions.lapse_due()
    return f"{done} ratings count because nobody decided in time" if done else ""
