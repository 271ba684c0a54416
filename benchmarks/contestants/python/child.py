"""One contestant in Python, one measurement, one process: started by the runner with what to do as its only argument.

It speaks as the children in JavaScript do, in lines of JSON: `report` asks for what the peer has counted, `sample` is the end.
"""
import importlib
import json
import os
import sys

from link import Link
from roles import measure_publish_window, measure_receive

ROLES = {'receive': measure_receive, 'publish-window': measure_publish_window}

job = json.loads(sys.argv[1])
contestant = importlib.import_module(job['contestant'])
link = Link()
link.send({'type': 'sample', 'sample': ROLES[job['role']](contestant, job['setting'], link)})
os._exit(0)
