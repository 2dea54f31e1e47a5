"""A real Chromium, a server on this machine, and a record of what went wrong."""

import os
import shutil
from urllib.parse import urlsplit

import pytest
from bookfiles import SITE, pages
from playwright.sync_api import sync_playwright
from served import served

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def address():
    """The address at which the built book is served."""
    pages()
    with served(SITE) as here:
        yield here


@pytest.fixture(scope="session")
def chromium():
    """The browser that is installed; none is downloaded."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        missing = "browser tests (install chromium)"
        if os.environ.get("CI"):
            pytest.fail(f"missing: {missing}")
        pytest.skip(f"not run here: {missing}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        yield browser
        browser.close()


class Reader:
    """A page, and whatever a reader would call broken about it."""

    def __init__(self, context):
        self.complaints = []
        context.route("**/*", self.only_this_machine)
        self.page = context.new_page()
        self.page.on("pageerror", lambda e: self.complaints.append(f"error: {e}"))
        self.page.on("console", self.listen)
        self.page.on("response", self.look)

    def only_this_machine(self, route):
        host = urlsplit(route.request.url).hostname
        if host in ("127.0.0.1", None, ""):
            route.continue_()
        else:
            self.complaints.append(f"foreign request: {route.request.url}")
            route.abort()

    def listen(self, message):
        if message.type in ("error", "warning"):
            self.complaints.append(f"console {message.type}: {message.text}")

    def look(self, response):
        if response.status >= 400:
            self.complaints.append(f"{response.status}: {response.url}")

    def open(self, url):
        self.page.goto(url, wait_until="load")
        return self.page


@pytest.fixture
def reader(chromium):
    """Function from options of a browser context to a reader."""
    contexts = []

    def start(**options):
        contexts.append(chromium.new_context(**({"viewport": WIDE} | options)))
        return Reader(contexts[-1])

    yield start
    for context in contexts:
        context.close()
