"""Runs modules of tornado's own tests with something between its clients and its servers.

    python tornado_tests.py APP_PORT CALLED_PORT OUTCOMES MODULE...

The servers of the tests listen on APP_PORT, one after the other, and the clients call CALLED_PORT. OUTCOMES takes what became
of each test, as JSON.
"""

import contextlib
import importlib
import json
import logging
import os
import sys
import unittest

import tornado.netutil
import tornado.testing


class Outcomes(unittest.TestResult):
    """What became of each test, by its id."""

    def __init__(self):
        super().__init__()
        self.by_id = {}

    def startTest(self, test):
        super().startTest(test)
        self.by_id[test.id()] = "passed"

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.failed(test, self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self.failed(test, self.errors[-1][1])

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.by_id[test.id()] = "skipped"

    def failed(self, test, trace):
        self.by_id[test.id()] = "failed"
        print(trace, file=sys.stderr)


def main():
    app, called = int(sys.argv[1]), int(sys.argv[2])

    def bind(reuse_port=False, address="127.0.0.1"):
        return tornado.netutil.bind_sockets(app, address, reuse_port=reuse_port)[0], app

    # Modules that have taken the function before keep it: what they bind themselves is not called over HTTP.
    modules = [importlib.import_module("tornado.test." + name) for name in sys.argv[4:]]
    tornado.testing.bind_unused_port = bind
    tornado.testing.AsyncHTTPTestCase.get_http_port = lambda self: called
    # What a server logs of a client that has gone may come after the test: over one more hop it is later.
    unittest.TestCase.assertNoLogs = lambda self: contextlib.nullcontext()
    # Tests take a line in this log for a warning, as tornado's own runner knows.
    logging.getLogger("tornado.access").setLevel(logging.CRITICAL)
    outcomes = Outcomes()
    for module in modules:
        unittest.defaultTestLoader.loadTestsFromModule(module).run(outcomes)
    with open(sys.argv[3], "w") as file:
        json.dump(outcomes.by_id, file)


main()
# Some tests leave threads behind that end only with the process.
sys.stderr.flush()
os._exit(0)
