from django.urls import path

from bandeng.people.views import join, login, people, security, setup

app_name = "people"
urlpatterns = [
    path("login/", login.Login.as_view(), name="login"),
    path("logout/", login.Logout.as_view(), name="logout"),
    path("login/passkey/begin/", login.passkey_begin, name="passkey_begin"),
    path("login/passkey/", login.passkey, name="passkey"),
    path("login/second/", login.second, name="second"),
    path("login/second/begin/", login.second_begin, name="second_begin"),
    path("login/second/passkey/", login.second_passkey, name="second_passkey"),
    path("desk/security/add/", setup.choose, name="setup"),
    path("desk/security/add/app/", setup.app, name="setup_app"),
    path("desk/security/add/passkey/begin/", setup.passkey_begin, name="setup_passkey_begin"),
    path("desk/security/add/passkey/", setup.passkey, name="setup_passkey"),
    path("join/<str:token>/", join.link, name="join_link"),
    path("join/", join.join, name="join"),
    path("desk/security/password/", security.Password.as_view(), name="password"),
    path("desk/security/", security.page, name="security"),
    path("desk/security/confirm/", security.confirm, name="confirm"),
    path("desk/security/confirm/begin/", security.confirm_begin, name="confirm_begin"),
    path("desk/security/confirm/passkey/", security.confirm_passkey, name="confirm_passkey"),
    path("desk/security/factors/<int:pk>/rename/", security.rename, name="factor_rename"),
    path("desk/security/factors/<int:pk>/remove/", security.remove, name="factor_remove"),
    path("desk/security/codes/", security.codes, name="codes"),
    path("desk/security/sessions/end/", security.end_session, name="session_end"),
    path("desk/people/", people.page, name="people"),
    path("desk/people/invite/", people.invite, name="invite"),
    path("desk/people/invited/", people.invited, name="invited"),
    path("desk/people/invitations/<int:pk>/again/", people.again, name="invitation_again"),
    path("desk/people/invitations/<int:pk>/withdraw/", people.withdraw, name="invitation_withdraw"),
    path("desk/people/<int:pk>/", people.person, name="person"),
    path("desk/people/<int:pk>/reset/", people.reset, name="person_reset"),
    path("desk/people/<int:pk>/unlock/", people.unlock, name="person_unlock"),
    path("desk/people/<int:pk>/sessions/", people.end_sessions, name="person_sessions"),
]
