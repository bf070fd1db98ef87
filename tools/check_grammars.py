#!/usr/bin/env python3
"""Fails when the manifest of the grammars contradicts itself, the lock file, or what was built from it.

Usage: check_grammars.py <source root> <folder of the built grammars>
"""
import json
import pathlib
import sys

FIELDS = {"id", "symbol", "aliases", "package", "version", "folder", "extensions", "filenames", "interpreters",
          "modelines", "queries"}
OPTIONAL = {"content_rule"}
# What a file is recognised by: each value may belong to one language only.
KEYS = ("extensions", "filenames", "interpreters", "modelines")
QUERIES = {"highlights", "injections", "locals", "tags"}


def check_language(language, packages):
    name = language.get("id", "?")
    wrong = (FIELDS - set(language)) | (set(language) - FIELDS - OPTIONAL)
    if wrong:
        yield f"{name}: missing or unknown fields: {', '.join(sorted(wrong))}"
        return
    if language["symbol"] != "tree_sitter_" + name:
        yield f"{name}: symbol {language['symbol']}"
    locked = packages.get("node_modules/" + language["package"], {}).get("version")
    if locked != language["version"]:
        yield f"{name}: version {language['version']}, the lock file has {locked}"
    for query in set(language["queries"]) - QUERIES:
        yield f"{name}: unknown query {query}"
    for extension in language["extensions"]:
        if not extension.startswith("."):
            yield f"{name}: extension {extension} without its dot"


def check_owners(languages):
    names = {}
    for language in languages:
        for name in (language["id"], *language["aliases"]):
            if names.setdefault(name, language["id"]) != language["id"] or language["aliases"].count(name) > 1:
                yield f"name {name}: {names[name]} and {language['id']}"
    for key in KEYS:
        owners = {}
        for language in languages:
            for value in language[key]:
                if value in owners:
                    yield f"{key} {value}: {owners[value]} and {language['id']}"
                owners[value] = language["id"]


def check_built(languages, built):
    for language in languages:
        wanted = [f"{language['id']}.so", *(f"queries/{language['id']}/{query}.scm" for query in language["queries"])]
        for file in wanted:
            if not (built / file).is_file():
                yield f"{language['id']}: {file} was not built"


def check(manifest, lock, built):
    """All contradictions, one line each."""
    if manifest.get("format") != 1:
        return [f"format {manifest.get('format')}, expected 1"]
    languages = manifest["languages"]
    errors = [error for language in languages for error in check_language(language, lock["packages"])]
    for path, package in lock["packages"].items():
        if "resolved" in package:
            errors.append(f"package-lock.json: {path} names where it was downloaded from")
    return errors or [*check_owners(languages), *check_built(languages, built)]


def main():
    root, built = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    manifest = json.loads((root / "grammars" / "manifest.json").read_text(encoding="utf-8"))
    lock = json.loads((root / "package-lock.json").read_text(encoding="utf-8"))
    errors = check(manifest, lock, built)
    print("\n".join(errors) or f"{len(manifest['languages'])} languages")
    return bool(errors)


if __name__ == "__main__":
    sys.exit(main())
