from django.urls import path

from bandeng.cases.views import catalogue, follow, paper, report, routing, slips, work

app_name = "cases"
urlpatterns = [
    path("report/", report.form_page, name="report"),
    path("report/done/", report.reported, name="reported"),
    path("c/<str:number>/<str:code>/", follow.claim_link, name="claim"),
    path("p/<str:number>/<str:code>/", paper.stub, name="stub"),
    path("follow/", follow.claim_page, name="follow"),
    path("follow/forget/", follow.forget, name="forget"),
    path("follow/<str:number>/", follow.follow_page, name="follow_one"),
    path("follow/<str:number>/<str:verb>/", follow.follow_verb, name="follow_verb"),
    path("desk/", work.inbox, name="inbox"),
    path("desk/report/", report.enter_page, name="enter"),
    path("desk/paper/", paper.enter, name="paper"),
    path("desk/paper/pad/", paper.pad, name="paper_pad"),
    path("desk/category/", catalogue.edit, name="category_new"),
    path("desk/category/<str:code>/", catalogue.edit, name="category"),
    path("desk/category/<str:code>/retire/", catalogue.retire, name="category_retire"),
    path("desk/category/<str:code>/unit/", catalogue.default_unit, name="category_unit"),
    path("desk/rule/", routing.edit, name="rule_new"),
    path("desk/rule/<int:pk>/", routing.edit, name="rule"),
    path("desk/rule/<int:pk>/<str:what>/", routing.act, name="rule_act"),
    path("desk/slips/", slips.edit, name="slip_rule_all"),
    path("desk/slips/<int:pk>/", slips.edit, name="slip_rule"),
    path("desk/<str:number>/", work.case_page, name="case"),
    path("desk/<str:number>/slip/", paper.slip, name="slip"),
    path("desk/<str:number>/<str:verb>/", work.case_verb, name="verb"),
    path("desk/<str:number>/order/<int:order>/<str:verb>/", work.case_verb, name="order_verb"),
    path("categories/", catalogue.public, name="catalogue"),
    path("slips/", slips.public, name="slip_rules"),
    path("rules/", routing.index, name="rules"),
    path("photo/<int:pk>/<str:size>/", work.photo, name="photo"),
]
