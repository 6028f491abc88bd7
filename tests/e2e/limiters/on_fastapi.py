"""slowapi: on_fastapi.py PORT [headers]."""

import sys

import uvicorn
from fastapi import FastAPI, Request, Response
from slowapi import Limiter, _rate_limit_exceeded_handler
from slowapi.errors import RateLimitExceeded
from slowapi.util import get_remote_address

limiter = Limiter(key_func=get_remote_address, headers_enabled="headers" in sys.argv)
app = FastAPI()
app.state.limiter = limiter
app.add_exception_handler(RateLimitExceeded, _rate_limit_exceeded_handler)


@app.get("/things")
@limiter.limit("3/5 seconds")
def list_things(request: Request, response: Response) -> list[str]:
    return []


uvicorn.run(app, port=int(sys.argv[1]), log_level="error")
