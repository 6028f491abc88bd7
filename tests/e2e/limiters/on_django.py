"""Django REST framework and django-ratelimit: on_django.py PORT throttle|ratelimit."""

import sys

import django
import uvicorn
from django.conf import settings

settings.configure(
    ALLOWED_HOSTS=["*"],
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    INSTALLED_APPS=["rest_framework", "django_ratelimit"],
    REST_FRAMEWORK={"UNAUTHENTICATED_USER": None, "DEFAULT_AUTHENTICATION_CLASSES": []},
    ROOT_URLCONF=__name__,
    # Its own check wants a cache that processes share; this server is one process.
    SILENCED_SYSTEM_CHECKS=["django_ratelimit.E003", "django_ratelimit.W001"],
)
django.setup()

from django.core.asgi import get_asgi_application
from django.http import JsonResponse
from django.urls import path
from django_ratelimit.decorators import ratelimit
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle
from rest_framework.views import APIView


class Throttle(AnonRateThrottle):
    rate = "3 in 5 s"

    def parse_rate(self, rate):
        return 3, 5  # the framework itself knows seconds, minutes, hours and days


class Things(APIView):
    throttle_classes = (Throttle,)

    def get(self, request):
        return Response([])


@ratelimit(key="ip", rate="3/5s", block=True)
def list_things(request):
    return JsonResponse([], safe=False)


views = {"throttle": Things.as_view(), "ratelimit": list_things}
urlpatterns = [path("things", views[sys.argv[2]])]
uvicorn.run(get_asgi_application(), port=int(sys.argv[1]), log_level="error", lifespan="off")
