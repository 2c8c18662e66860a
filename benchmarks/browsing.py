"""The system's Chromium for what is measured and looked at on pages."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import FLAGS, NAMES


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield the browser, or stop with a sentence where there is none."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        sys.exit("No Chromium here: apt-get install chromium, or Google Chrome.")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, headless=True, args=list(FLAGS), chromium_sandbox=False)
        yield opened
        opened.close()
