"""One table of who may do what: every route and every verb, for every role.

A route or a verb that exists and has no row here fails the build. To add rows for an app, write
`tests/access/<app>_rows.py` with any of these four names:

    VERB_ROWS = {"contracts.create_contract": {"legal", "procurement", ...}, ...}      # exactly the roles that may
    ROUTE_ROWS = [
        Route("contracts", "GET", EVERYONE),                                            # a list: no key
        Route("contract", "GET", EVERYONE, key="contract"),                             # a thing: key names a builder
        Route("contract-archive", "POST", {"legal"}, key="contract", data={"reason": "over"}),
    ]
    BUILDERS = {"contract": lambda cast: {"pk": make_contract(cast).pk}}                # the address's kwargs
    PUBLIC_ROUTES = {"some-route"}                                                      # no sign-in asked, none needed

`Route(url_name, method, roles allowed, key, data)`. A view class needs a row for each method that it has.
Builders run in acme's scope and get the cast (`cast["legal"]` is an actor); make things by calling verbs.

What is asserted for each route row, each request in a savepoint of its own that is rolled back:
an allowed role is let through (any answer but 401, 403, 404 and 5xx: a form may still say what is wrong);
every other role gets 403, or 404 where it does not even see the thing; nobody signed in: the sign-in page, or 401
from the API; a person of another organization with every role: 404 for things. Each denied request leaves the
number of rows of every table as it was.

For each verb row `require` is called for each role.
"""
