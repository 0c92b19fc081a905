# Flows of captures by the real NFStream: for each path on standard input its flows as JSON lines, then a line "end".
import json
import sys

from nfstream import NFStreamer

for path in sys.stdin:
    path = path.rstrip("\n")
    try:
        for flow in NFStreamer(source=path, statistical_analysis=True, splt_analysis=20, n_meters=1, decode_tunnels=True):
            row = {k: v for k, v in zip(flow.keys(), flow.values())}
            print(json.dumps(row, default=str))
    except Exception as e:  # a capture that it cannot read
        print(json.dumps({"error": str(e)}))
    print("end", flush=True)
