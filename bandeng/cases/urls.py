from django.urls import path

from bandeng.cases.views import bulk, follow, inbox, phrases, report, saved, work

app_name = "cases"
urlpatterns = [
    path("report/", report.form_page, name="report"),
    path("report/done/", report.reported, name="reported"),
    path("c/<str:number>/<str:code>/", follow.claim_link, name="claim"),
    path("follow/", follow.claim_page, name="follow"),
    path("follow/forget/", follow.forget, name="forget"),
    path("follow/<str:number>/", follow.follow_page, name="follow_one"),
    path("follow/<str:number>/<str:verb>/", follow.follow_verb, name="follow_verb"),
    path("desk/", inbox.inbox, name="inbox"),
    path("desk/report/", report.enter_page, name="enter"),
    path("desk/bulk/", bulk.bulk_page, name="bulk"),
    path("desk/sheet/", bulk.sheet, name="sheet"),
    path("desk/views/", saved.views_page, name="views"),
    path("desk/views/<int:pk>/", saved.view_act, name="view"),
    path("desk/phrases/", phrases.phrases_page, name="phrases"),
    path("desk/phrases/<int:pk>/", phrases.phrase_page, name="phrase"),
    path("desk/<str:number>/", work.case_page, name="case"),
    path("desk/<str:number>/<str:verb>/", work.case_verb, name="verb"),
    path("desk/<str:number>/order/<int:order>/<str:verb>/", work.case_verb, name="order_verb"),
    path("photo/<int:pk>/<str:size>/", work.photo, name="photo"),
]
