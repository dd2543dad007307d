"""A handler for `listen --pipe "python3 echo_keys.py"`: greets each client and tells what it does."""

import json
import sys


def call(verb, source, *args, **fields):
    print(json.dumps({"verb": verb, "source": source, "args": args, **fields}), flush=True)


for line in sys.stdin:
    record = json.loads(line)
    if "error" in record:
        print("refused:", record["error"], file=sys.stderr)
    elif "result" in record:
        print(f"screen: {record['result']}", file=sys.stderr)
    elif record["kind"] == "segment_request" and "request" in record:
        # The key is proved; what the client says about itself is not.
        print(f"let in {record['peer']['fingerprint']}", file=sys.stderr)
        call("accept", record["source"], 800, 480, request=record["request"])
    elif record["kind"] == "registered":
        call("typeText", record["source"], f"hello {record['title']}\n")
    elif record["kind"] == "resized":
        call("text", record["source"], id=record["source"])
    elif record["kind"] == "terminated":
        print(record["role"], record["source"], "has left", file=sys.stderr)
