"""The versioning classes of Django REST framework: on_django.py PORT.

Each stands below a path of its own, once with ALLOWED_VERSIONS and once without, which is the
framework's default: then every version is allowed.
"""

import sys

import django
import uvicorn
from django.conf import settings

settings.configure(
    ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=["rest_framework"],
    REST_FRAMEWORK={
        "UNAUTHENTICATED_USER": None,
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    },
    ROOT_URLCONF=__name__,
)
django.setup()

from django.core.asgi import get_asgi_application
from django.urls import path, re_path
from rest_framework.response import Response
from rest_framework.versioning import (
    AcceptHeaderVersioning,
    QueryParameterVersioning,
    URLPathVersioning,
)
from rest_framework.views import APIView

CLASSES = {
    "media": AcceptHeaderVersioning,
    "query": QueryParameterVersioning,
    "path": URLPathVersioning,
}


def view_of(place, allowed, default):
    """A view that says which version it took the request for."""
    names = {"allowed_versions": allowed, "default_version": default}

    class Notes(APIView):
        versioning_class = type("Versions", (CLASSES[place],), names)

        def get(self, request, **_):
            return Response([], headers={"Notes-Version": request.version})

    return Notes.as_view()


urlpatterns = [
    path("ready", view_of("query", None, "1.0")),
    path("media/notes", view_of("media", ["1.0", "2.0"], "1.0")),
    path("media-any/notes", view_of("media", None, "1.0")),
    path("media-newest/notes", view_of("media", ["1.0", "2.0"], "2.0")),
    path("query/notes", view_of("query", ["1.0", "2.0"], "1.0")),
    path("query-any/notes", view_of("query", None, "1.0")),
    re_path("path/(?P<version>v1|v2)/notes$", view_of("path", ["v1", "v2"], None)),
    # As the documentation of the framework has it: the brackets take any of their characters.
    re_path("path-brackets/(?P<version>[v1|v2]+)/notes$", view_of("path", None, None)),
    re_path("path-any/(?P<version>[^/]+)/notes$", view_of("path", None, None)),
]
uvicorn.run(get_asgi_application(), port=int(sys.argv[1]), log_level="error", lifespan="off")
