"""Releases of one thing after the other, as files and directories, kept in build/corpus/releases: what changes as sources
do."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "build/corpus/releases"
TYPESCRIPT = ["5.0.4", "5.1.6", "5.2.2", "5.3.3", "5.4.5", "5.5.4", "5.6.3", "5.7.3", "5.8.3", "5.9.3"]
BOOST = ["1.74", "1.81"]


def bring(command, folder):
    """What a package tool fetches into the folder; ends the program when it cannot."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.stderr.strip()}")


def finished(name, make):
    """The file or directory of that name, made once: what is half done never has its name."""
    target = FOLDER / name
    if not target.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=FOLDER) as scratch:
            made = make(pathlib.Path(scratch))
            os.replace(made, target)
    return target


def unpack_typescript(version, scratch):
    bring(["npm", "pack", f"typescript@{version}", "--silent"], scratch)
    shutil.unpack_archive(next(scratch.glob("typescript-*.tgz")), scratch)
    return scratch / "package"


def typescript(version):
    return finished(f"typescript-{version}.js", lambda scratch: unpack_typescript(version, scratch) / "lib/typescript.js")


def typescript_package(version):
    """Everything that the package has, as a directory."""
    return finished(f"typescript-{version}", lambda scratch: unpack_typescript(version, scratch))


def boost(version):
    def make(scratch):
        bring(["apt-get", "download", "-qq", "-o", "APT::Sandbox::User=root", f"libboost{version}-dev"], scratch)
        bring(["dpkg-deb", "-x", str(next(scratch.glob("*.deb"))), "unpacked"], scratch)
        # Names and bytes alone: no times, no owners.
        bring(["tar", "--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "-C",
               "unpacked/usr/include", "-cf", "boost.tar", "boost"], scratch)
        return scratch / "boost.tar"
    return finished(f"boost-{version}.tar", make)


def boost_headers(version):
    """As a directory."""
    def make(scratch):
        bring(["tar", "-xf", str(boost(version))], scratch)
        return scratch / "boost"
    return finished(f"boost-{version}", make)


def series(size):
    """Name and files of each series, oldest first."""
    versions = TYPESCRIPT[-3:] if size == "small" else TYPESCRIPT
    yield "typescript.js", [typescript(version) for version in versions]
    if size != "small":
        yield "boost headers", [boost(version) for version in BOOST]
