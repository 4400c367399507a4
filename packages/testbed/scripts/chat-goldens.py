#!/usr/bin/env python3
"""Renders chat templates with Jinja2, set up as Hugging Face's apply_chat_template does, and compares what must be equal.

Reads fixtures/prompts/cases.json (messages and tools) and fixtures/prompts/goldens.json (the plain messages that the renderers
made of them), and renders each case with each template twice: messages with tools, and plain messages without. Both prompts
must be equal. Needs Python 3.8 or newer and Jinja2 (Debian: python3-jinja2).

    chat-goldens.py                     checks the stored prompts; exit code 1 when one differs
    chat-goldens.py --update            stores the prompts
    chat-goldens.py --stdin             compares others: lines of JSON with template, messages, tools and plain
    chat-goldens.py --templates DIR     looks there for templates that are not kept in this repository
"""
import argparse
import json
import sys
from pathlib import Path

from jinja2.ext import loopcontrols
from jinja2.sandbox import SandboxedEnvironment

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"


class Integer(int):
    """A number that prints the text it was read from."""

    def __new__(cls, text):
        number = super().__new__(cls, text)
        number.text = text
        return number

    def __str__(self):
        return self.text

    __repr__ = __str__


class Float(float):
    def __new__(cls, text):
        number = super().__new__(cls, text)
        number.text = text
        return number

    def __str__(self):
        return self.text

    __repr__ = __str__


def read_json(text):
    return json.loads(text, parse_int=Integer, parse_float=Float)


def to_json(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    """The filter tojson of Hugging Face (json.dumps, characters as they are), with the text of numbers."""
    if ensure_ascii or indent is not None or separators is not None or sort_keys:
        raise NotImplementedError("tojson with options that no template here uses")
    if isinstance(value, dict):
        members = (f"{json.dumps(key, ensure_ascii=False)}: {to_json(item)}" for key, item in value.items())
        return "{" + ", ".join(members) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(to_json, value)) + "]"
    if isinstance(value, (Integer, Float)):
        return value.text
    return json.dumps(value, ensure_ascii=False)


def raise_exception(message):
    raise ValueError(message)


def compile_template(text):
    environment = SandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
    environment.filters["tojson"] = to_json
    environment.globals["raise_exception"] = raise_exception
    return environment.from_string(text)


def as_servers_do(message):
    """Servers give templates the arguments as objects and the text parts of a content as one string."""
    content = message.get("content")
    if isinstance(content, list) and all(part["type"] == "text" for part in content):
        message = {**message, "content": "\n".join(part["text"] for part in content)}
    if "tool_calls" not in message:
        return message
    calls = [
        {**call, "function": {**call["function"], "arguments": read_json(call["function"]["arguments"])}}
        for call in message["tool_calls"]
    ]
    return {**message, "tool_calls": calls}


def render(template, messages, tools=None):
    given = {} if tools is None else {"tools": tools}
    return template.render(
        messages=[as_servers_do(message) for message in messages],
        add_generation_prompt=True,
        bos_token="",
        eos_token="",
        **given,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--stdin", action="store_true")
    parser.add_argument("--templates", type=Path, action="append", default=[])
    options = parser.parse_args()
    templates = Templates([FIXTURES / "chat-templates", *options.templates])
    failures, compared = compare_lines(templates) if options.stdin else compare_goldens(templates, options.update)
    print("\n".join(failures) if failures else f"{compared} prompts are equal")
    sys.exit(1 if failures else 0)


class Templates:
    def __init__(self, directories):
        self.directories = directories
        self.compiled = {}

    def find(self, name):
        if name not in self.compiled:
            paths = [path for path in (folder / f"{name}.jinja" for folder in self.directories) if path.exists()]
            self.compiled[name] = compile_template(paths[0].read_text("utf-8")) if paths else None
            if not paths:
                print(f"{name}: skipped, its template is not here (see --templates)")
        return self.compiled[name]


def compare_goldens(templates, update):
    cases = {case["id"]: case for case in read_json((FIXTURES / "prompts" / "cases.json").read_text("utf-8"))}
    path = FIXTURES / "prompts" / "goldens.json"
    goldens = json.loads(path.read_text("utf-8"))
    failures, compared = [], 0
    for name, golden in goldens.items():
        template = templates.find(name)
        if template is None:
            continue
        for case_id, entry in golden["cases"].items():
            case = cases[case_id]
            wanted, failure = compare(template, f"{name}, {case_id}", case["messages"], case["tools"], entry["plain"])
            failures += failure
            compared += 1
            if update:
                entry["prompt"] = wanted
            elif entry.get("prompt") != wanted:
                failures.append(f"{name}, {case_id}: the stored prompt is another")
    if update and not failures:
        path.write_text(json.dumps(goldens, ensure_ascii=False, indent=2) + "\n", "utf-8")
    return failures, compared


def compare_lines(templates):
    failures, compared = [], 0
    for line in sys.stdin:
        entry = read_json(line)
        template = templates.find(entry["template"])
        if template is None:
            continue
        failures += compare(template, line, entry["messages"], entry["tools"], entry["plain"])[1]
        compared += 1
    return failures, compared


def compare(template, name, messages, tools, plain):
    wanted = render(template, messages, tools or None)
    made = render(template, plain)
    if made == wanted:
        return wanted, []
    return wanted, [f"{name}: the plain messages give another prompt\n{difference(wanted, made)}"]


def difference(wanted, plain):
    at = next((i for i, (a, b) in enumerate(zip(wanted, plain)) if a != b), min(len(wanted), len(plain)))
    return f"  template: {wanted[max(0, at - 60):at + 90]!r}\n  plain:    {plain[max(0, at - 60):at + 90]!r}"


if __name__ == "__main__":
    main()
