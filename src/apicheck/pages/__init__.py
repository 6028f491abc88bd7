"""A check's page, made executable: its examples are played through the judge.

    ```yaml setting
    facts: {authentication: {refusal: 401}}      # what the policy promises
    operation: listContacts                      # what the check is asked about
    ```

    ```http fail: accepted
    # table
    GET /contacts HTTP/1.1

    HTTP/1.1 200 OK
    ```

A setting holds for the examples after it. Its other members: `subject` (the key of a bucket,
event or clause), `case` (a name out of the check's table, or {name, value}), `clause`
(as in a policy), `identities` and `fixtures` (as in a target file), `endpoints` (as its
`[transport]`), `document` (a whole OpenAPI document) or `spec` (a merge patch of the built-in one,
whose API has contacts). The line that begins with `#` is explained in `apicheck.pages.messages`.
"""

from apicheck.pages.blocks import Example, Page, PageError, parse
from apicheck.pages.verify import verify

__all__ = ["Example", "Page", "PageError", "parse", "verify"]
