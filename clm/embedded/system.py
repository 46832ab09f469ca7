"""Programs and libraries of the system that Covenant uses: which are lacking, and how to get them.

Standard library only: it also runs before anything is installed.
"""

from __future__ import annotations

import ctypes.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass

# The shell is the same Chromium without its windows: a page takes half the processor time. It goes first where it is.
CHROMIUM_SHELL = "chromium-headless-shell"
CHROMIUM_NAMES = (CHROMIUM_SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_MAC = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
SOFTHSM_PLACES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)
LIBREOFFICE_NAMES = ("soffice", "libreoffice")
LIBREOFFICE_MAC = "/Applications/LibreOffice.app/Contents/MacOS/soffice"
# dlopen does not look into Homebrew's folders by itself.
HOMEBREW_LIBRARIES = ("/opt/homebrew/lib", "/usr/local/lib")


@dataclass(frozen=True)
class Need:
    """Something of the system, what it is for, and the packages that bring it."""

    name: str
    purpose: str
    debian: tuple[str, ...]
    homebrew: str
    better: tuple[str, ...] = ()  # Debian's packages that come along where the archive has them
    is_optional: bool = False  # what needs it is left out, and says so

    def is_met(self) -> bool:
        """Whether it is there."""
        known = {
            "Pango": has_pango,
            "Chromium": has_chromium,
            "Poppler": has_poppler,
            "LibreOffice": has_libreoffice,
            "SoftHSM": has_softhsm,
        }
        return known[self.name]()

    def sentence(self) -> str:
        """What is lacking and the command that brings it."""
        if sys.platform == "darwin":
            mend = f"brew install {self.homebrew}"
        else:
            mend = f"sudo apt-get install {' '.join(self.debian)}"
        return f"{self.name} is missing ({self.purpose}). Install it with `{mend}` and try again."


PANGO = Need("Pango", "PDFs are set with it", ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"), "pango")
CHROMIUM = Need("Chromium", "the browser tests drive it", ("chromium",), "--cask chromium", (CHROMIUM_SHELL,))
POPPLER = Need("Poppler", "the tests read PDFs with it", ("poppler-utils",), "poppler")

LIBREOFFICE = Need(
    "LibreOffice",
    "the tests open Word files with it",
    ("libreoffice-writer",),
    "--cask libreoffice",
)
SOFTHSM = Need("SoftHSM", "a test seals with a key on a token", ("softhsm2",), "softhsm", is_optional=True)


def has_pango() -> bool:
    """Whether WeasyPrint will find Pango and its FreeType part."""
    return _library("pango-1.0") and _library("pangoft2-1.0")


def _library(name: str) -> bool:
    if sys.platform == "darwin":
        known = ctypes.util.find_library(name)
        return bool(known) or any(os.path.exists(f"{folder}/lib{name}.dylib") for folder in HOMEBREW_LIBRARIES)
    return loads(f"lib{name}.so.0")


def loads(library: str) -> bool:
    """Whether the loader takes the library: a list of libraries may name one that is broken or gone."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def library_environment() -> dict[str, str]:
    """What children need in their environment on macOS; empty elsewhere.

    Homebrew's libraries are found, and a worker forked after a system library was used is not ended for it.
    """
    if sys.platform != "darwin":
        return {}
    return {
        "DYLD_FALLBACK_LIBRARY_PATH": ":".join(HOMEBREW_LIBRARIES),
        "OBJC_DISABLE_INITIALIZE_FORK_SAFETY": "YES",
    }


def chromium() -> str | None:
    """The path of a Chromium or Chrome on this machine."""
    for name in CHROMIUM_NAMES:
        if path := shutil.which(name):
            return path
    return next((path for path in CHROMIUM_MAC if os.path.exists(path)), None)


def has_chromium() -> bool:
    """Whether a Chromium or Chrome is installed."""
    return chromium() is not None


def has_poppler() -> bool:
    """Whether the Poppler programs are installed."""
    return shutil.which("pdftotext") is not None and shutil.which("pdftoppm") is not None


def libreoffice() -> str | None:
    """The path of LibreOffice on this machine."""
    found = next((path for name in LIBREOFFICE_NAMES if (path := shutil.which(name))), None)
    return found or (LIBREOFFICE_MAC if os.path.exists(LIBREOFFICE_MAC) else None)


def has_libreoffice() -> bool:
    """Whether LibreOffice is installed."""
    return libreoffice() is not None


def softhsm() -> str | None:
    """The path of the module of a token that is made of software."""
    found = next((path for path in SOFTHSM_PLACES if os.path.exists(path)), None)
    return found if shutil.which("softhsm2-util") else None


def has_softhsm() -> bool:
    """Whether SoftHSM and its command are installed."""
    return softhsm() is not None


def administrator() -> list[str] | None:
    """The prefix of a command that installs packages without a question, or None."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    return None


def provide(needs: list[Need]) -> list[Need]:
    """What is lacking after trying: on Debian, with the right to, the packages are installed."""
    lacking = [need for need in needs if not need.is_met()]
    prefix = administrator()
    if not lacking or prefix is None:
        return lacking
    packages = [package for need in lacking for package in need.debian]
    print(f"Installing from Debian: {' '.join(packages)}", flush=True)
    environment = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive"]
    subprocess.run([*environment, "apt-get", "update", "-qq"], check=False, stdout=subprocess.DEVNULL)
    better = [package for need in lacking for package in need.better]
    for wanted in filter(None, (packages, better)):
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *wanted]
        subprocess.run([*environment, *install], check=False, stdout=subprocess.DEVNULL)
    return [need for need in lacking if not need.is_met()]


def main() -> int:
    """Provides what the named needs ask for; prints a sentence for each that stays lacking."""
    needs = (PANGO, CHROMIUM, POPPLER, LIBREOFFICE, SOFTHSM)
    known = {need.name.lower(): need for need in needs}
    lacking = provide([known[name] for name in sys.argv[1:]])
    for need in lacking:
        print(need.sentence(), file=sys.stderr)
    return 1 if any(not need.is_optional for need in lacking) else 0


if __name__ == "__main__":
    sys.exit(main())
