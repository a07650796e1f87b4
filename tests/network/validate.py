"""Checks the bytes that the network tests captured against the protocol's OpenAPI document, with python3-jsonschema:
an independent reader of both. Then it spoils every message in turn and demands that each spoilt one is refused, so a
document that allows everything fails.

    validate.py sync-protocol.openapi.yaml FOLDER-OF-CAPTURED-JSONL
"""

import base64
import copy
import json
import pathlib
import sys
import urllib.parse

import jsonschema
import yaml

import batch


def forbid_unknown_members(node):
    """Receivers pass over unknown members; our own senders must not send any."""
    if isinstance(node, dict):
        if node.get("type") == "object" and "properties" in node:
            node.setdefault("additionalProperties", False)
        for child in node.values():
            forbid_unknown_members(child)
    elif isinstance(node, list):
        for child in node:
            forbid_unknown_members(child)


class Document:
    def __init__(self, path):
        self.root = yaml.safe_load(pathlib.Path(path).read_text(encoding="utf-8"))
        self.resolver = jsonschema.RefResolver("", self.root)
        for schema in self.root["components"]["schemas"].values():
            jsonschema.Draft202012Validator.check_schema(schema)
        forbid_unknown_members(self.root["components"]["schemas"])

    def resolved(self, node):
        return self.resolver.resolve(node["$ref"])[1] if "$ref" in node else node

    def errors(self, schema, value):
        validator = jsonschema.Draft202012Validator(schema, resolver=self.resolver)
        return [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:160]}" for e in validator.iter_errors(value)]

    def operation(self, line):
        path = urllib.parse.urlsplit(line["target"]).path
        return self.root["paths"].get(path, {}).get(line["method"])

    def messages(self, line):
        """(schema, text) of the exchange's bodies, after checking what surrounds them."""
        operation = self.operation(line)
        if operation is None:
            # What no document names must be refused.
            if line["status"] < 400:
                raise ValueError("an undocumented operation was answered")
            return [({"$ref": "#/components/schemas/Problem"}, line["answer"])]
        messages = []
        if line["status"] < 400:
            self.check_query(operation, line["target"])
            if "requestBody" in operation:
                content = operation["requestBody"]["content"]
                if line["request_type"] not in content:
                    raise ValueError(f"request type {line['request_type']} is not documented")
                if line["request_type"] == "application/json":
                    messages.append((content["application/json"]["schema"], line["request"]))
                else:
                    check_batch(base64.b64decode(line["request"]), json.loads(line["answer"])["stored"])
        responses = operation["responses"]
        response = self.resolved(responses.get(str(line["status"]), responses["default"]))
        if line["content_type"] not in response["content"]:
            raise ValueError(f"content type {line['content_type']} is not documented")
        messages.append((response["content"][line["content_type"]]["schema"], line["answer"]))
        if line["status"] == 200 and line["target"].endswith("enroll"):
            messages.append(({"$ref": "#/components/schemas/Enrolment"}, json.loads(line["answer"])["enrolment"]))
        return messages

    def check_query(self, operation, target):
        given = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(target).query, keep_blank_values=True))
        for parameter in operation.get("parameters", []):
            if parameter["in"] != "query":
                continue
            text = given.pop(parameter["name"], None)
            if text is None:
                if parameter["required"]:
                    raise ValueError(f"query lacks {parameter['name']}")
                continue
            schema = self.resolved(parameter["schema"])
            value = int(text) if schema["type"] == "integer" else text
            if problems := self.errors(schema, value):
                raise ValueError(f"query {parameter['name']}: {problems}")
        if given:
            raise ValueError(f"undocumented query {given}")


def check_batch(data, stored):
    """The answer speaks of the place and the hash that another reader of the same bytes comes to. A batch with any one
    bit changed is no batch, or comes to another hash; the signature's own bits nobody can check without the key."""
    read = batch.read(data)
    if (read["kiosk"], read["epoch"]) != (stored["kiosk"], stored["epoch"]):
        raise ValueError(f"the answer is about another chain than {read}")
    if stored["sequence"] < read["last"] or (stored["sequence"] == read["last"] and stored["hash"] != read["hash"]):
        raise ValueError(f"the answer {stored} is not about {read}")
    for at in range(0, len(data) - 64, max(1, len(data) // 50)):
        wrong = bytearray(data)
        wrong[at] ^= 1 << (at % 8)
        try:
            # The minor version, the length of its extension, and a hash that nothing in the batch hangs on.
            unshown = range(14, 46) if data[47] in (batch.HASH_ONLY, batch.LOST) else ()
            if at not in (4, 5, 6) and at not in unshown and batch.read(bytes(wrong)) == read:
                raise AssertionError(f"a batch with a changed byte {at} reads the same")
        except ValueError:
            pass
    for cut in range(0, len(data), max(1, len(data) // 50)):
        try:
            batch.read(data[:cut])
            raise AssertionError(f"a batch cut at {cut} reads")
        except ValueError:
            pass


def spoilt(value):
    """Versions of a message of which none is allowed."""
    if not isinstance(value, dict):
        return
    for name in value:
        if name not in ("expected_sequence", "stored_sequence", "stored_hash", "receipt_secret"):
            without = copy.deepcopy(value)
            del without[name]
            yield f"without {name}", without
        other = copy.deepcopy(value)
        other[name] = {"no": "such"}
        yield f"{name} of another type", other
    yield "with a foreign member", {**value, "foreign": 1}
    for name, child in value.items():
        if isinstance(child, dict):
            for what, inner in spoilt(child):
                yield f"{name}: {what}", {**value, name: inner}
        if isinstance(child, list) and child:
            for what, inner in spoilt(child[0]):
                yield f"{name}[0]: {what}", {**value, name: [inner, *child[1:]]}


def main():
    document = Document(sys.argv[1])
    lines, bad, seen, spoilt_count = 0, 0, set(), 0
    for file in sorted(pathlib.Path(sys.argv[2]).glob("*.jsonl")):
        for number, text in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            line = json.loads(text)
            lines += 1
            where = f"{file.name}:{number} {line['method']} {line['target']} {line['status']}"
            try:
                messages = document.messages(line)
            except ValueError as error:
                print(f"{where}: {error}")
                bad += 1
                continue
            key = (line["method"], urllib.parse.urlsplit(line["target"]).path, line["status"])
            for schema, body in messages:
                value = json.loads(body)
                for problem in document.errors(schema, value):
                    print(f"{where}: {problem}")
                    bad += 1
                if key in seen:
                    continue
                for what, wrong in spoilt(value):
                    spoilt_count += 1
                    if not document.errors(schema, wrong):
                        print(f"{where}: the document also allows it {what}")
                        bad += 1
            seen.add(key)
    answered = {(method, path) for method, path, status in seen if status == 200}
    for path, operations in document.root["paths"].items():
        for method in operations:
            if (method, path) not in answered:
                print(f"no captured success of {method} {path}")
                bad += 1
    print(f"{lines} exchanges, {len(seen)} kinds, {spoilt_count} spoilt messages, {bad} problems")
    return 1 if bad or lines == 0 or spoilt_count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
