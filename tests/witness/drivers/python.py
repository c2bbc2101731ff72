"""Makes the documented calls with lark-oapi, as its builders and annotations say.

Reads a list of cases as JSON from standard input and writes a line of JSON for each, and one for the whole SDK;
`tests/witness/src/driver.rs` describes both.
"""

import contextlib
import importlib
import inspect
import json
import sys
import typing

import lark_oapi as lark

KINDS = {str: "string", int: "integer", float: "number", bool: "boolean", dict: "map"}


def main():
    cases = json.load(sys.stdin)
    for case in cases:
        line = {"id": case["id"]}
        try:
            method = find_method(case)
            if method is None:
                line["lacks"] = True
            else:
                line["declared"] = declared(method)
                line["answer"] = call(method, case)
        except Exception as error:  # What the SDK cannot do is a result, and the next case is tried all the same.
            line["error"] = f"{type(error).__name__}: {error}"
        print(json.dumps(line), flush=True)
    versions = sorted({tuple(case["id"].split(".")[:2]) for case in cases})
    print(json.dumps({"operations": [name for version in versions for name in operations(*version)]}))


def client_for(base_url):
    """`enable_set_token` keeps the client from fetching tokens: the call says which one to use."""
    return lark.Client.builder().domain(base_url).enable_set_token(True).log_level(lark.LogLevel.ERROR).build()


def find_method(case):
    """The method behind `task.v2.task.add_members`, or None if the SDK has none."""
    found = client_for(case["base_url"])
    for name in case["id"].split("."):
        found = getattr(found, name, None)
    return found


def operations(service, version):
    """The ids of all methods that the SDK has in a version; each has an asynchronous twin, which is no other call."""
    package = getattr(getattr(client_for("http://127.0.0.1"), service, None), version, None)
    for resource, methods in sorted(vars(package).items() if package else ()):
        for name, method in inspect.getmembers(methods, inspect.ismethod):
            if not inspect.iscoroutinefunction(method) and not name.startswith("_"):
                yield f"{service}.{version}.{resource}.{name}"


def call(method, case):
    request_class = inspect.signature(method).parameters["request"].annotation
    builder = request_class.builder()
    for name, value in [*case["path"].items(), *case["query"].items()]:
        builder = getattr(builder, name)(value)
    with contextlib.ExitStack() as opened:
        if case["body"] is not None:
            files = {name: opened.enter_context(open(path, "rb")) for name, path in case["files"].items()}
            builder = builder.request_body(body_class(request_class)({**case["body"], **files}))
        option = getattr(lark.RequestOption.builder(), case["token_type"])(case["token"]).build()
        answer = method(builder.build(), option)
    if not answer.success():
        raise RuntimeError(f"the answer was understood as code {answer.code}, {answer.msg}")
    return plain(getattr(answer, "data", None))


def annotation(request_class, name):
    """The type of what a builder is given; it may be written as text."""
    setter = getattr(type(request_class.builder()), name, None)
    if setter is None:
        raise TypeError(f"the request has no {name}")
    return typing.get_type_hints(setter, vars(importlib.import_module(request_class.__module__)))[name]


def body_class(request_class):
    return annotation(request_class, "request_body")


def plain(value):
    """What the attributes of an answer hold, as JSON; `None` is an attribute that nothing was read into."""
    if isinstance(value, list):
        return [plain(element) for element in value]
    fields = value if isinstance(value, dict) else getattr(value, "__dict__", None)
    if fields is None:
        return value
    return {name: plain(field) for name, field in fields.items() if field is not None}


def declared(method):
    """Every field that the SDK knows: where it goes, and what kind it is."""
    signature = inspect.signature(method)
    request_class = signature.parameters["request"].annotation
    request = request_class.builder().build()
    fields = {}
    for name in vars(request_class()).keys() - vars(lark.BaseRequest()).keys() - {"request_body"}:
        probe = getattr(request_class.builder(), name)("probe").build()
        place = "path" if name in probe.paths else "query"
        walk(annotation(request_class, name), f"{place}.{name}", fields, ())
    if hasattr(request_class.builder(), "request_body"):
        walk_fields(body_class(request_class), "body", fields, ())
    data = signature.return_annotation._types.get("data")
    if data is not None:
        walk_fields(data, "answer", fields, ())
    return {"fields": fields, "tokens": sorted(token.name.lower() for token in request.token_types)}


def walk_fields(model, place, fields, above):
    for name, kind in getattr(model, "_types", {}).items():
        walk(kind, f"{place}.{name}", fields, above)


def walk(kind, place, fields, above):
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is list:
        fields[place] = {"kind": "list"}
        walk(arguments[0], f"{place}[]", fields, above)
    elif origin is dict:
        fields[place] = {"kind": "map"}
    elif kind in KINDS:
        fields[place] = {"kind": KINDS[kind]}
    elif hasattr(kind, "_types"):
        fields[place] = {"kind": "object"}
        if kind not in above:  # A model within itself says nothing new.
            walk_fields(kind, place, fields, (*above, kind))
    else:
        fields[place] = {"kind": "file" if kind in (typing.IO[typing.Any], typing.IO) else "any"}


main()
