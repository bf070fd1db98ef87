"""What a result was measured on: the corpus, the machine."""
import hashlib
import os
import pathlib
import platform
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def say(what):
    print(f"  {what}", file=sys.stderr, flush=True)


def content_hash(root, paths):
    """Of the paths and contents of all files: what tells one corpus from another."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        content = (root / path).read_bytes()
        digest.update(f"{path}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def describe_corpus(corpus, content):
    unpacked = ROOT / "build/corpus"
    described = {"name": corpus.name, "content_sha256": content}
    if unpacked in corpus.parents:
        package = unpacked / corpus.relative_to(unpacked).parts[0]
        described["name"] = package.name
        for name, file in (("version", "version"), ("deb_sha256", "sha256")):
            if (package / file).is_file():
                described[name] = (package / file).read_text().strip()
    return described


def describe_machine(load_before):
    cpuinfo = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.partition(":")[2].strip() for line in cpuinfo if line.startswith("model name")]
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {"cpu": models[0] if models else platform.machine(), "cores": len(os.sched_getaffinity(0)),
            "memory_gb": round(memory / 1e9, 1), "kernel": platform.release(),
            "load_before": load_before, "load_after": round(os.getloadavg()[0], 2)}
