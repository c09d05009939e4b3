from django.urls import path

from bandeng.cases.views import follow, report, work

app_name = "cases"
urlpatterns = [
    path("report/", report.form_page, name="report"),
    path("report/done/", report.reported, name="reported"),
    path("c/<str:number>/<str:code>/", follow.claim_link, name="claim"),
    path("follow/", follow.claim_page, name="follow"),
    path("follow/forget/", follow.forget, name="forget"),
    path("follow/<str:number>/", follow.follow_page, name="follow_one"),
    path("follow/<str:number>/<str:verb>/", follow.follow_verb, name="follow_verb"),
    path("desk/", work.inbox, name="inbox"),
    path("desk/report/", report.enter_page, name="enter"),
    path("desk/<str:number>/", work.case_page, name="case"),
    path("desk/<str:number>/<str:verb>/", work.case_verb, name="verb"),
    path("desk/<str:number>/order/<int:order>/<str:verb>/", work.case_verb, name="order_verb"),
    path("photo/<int:pk>/<str:size>/", work.photo, name="photo"),
]
