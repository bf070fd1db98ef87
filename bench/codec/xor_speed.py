"""XOR deltas beside a plain copy of the same bytes, in one process."""
import json

from processes import run

MEGABYTES = {"small": 64, "default": 512, "full": 1024}
ROUNDS = 7


def measure(context):
    found = json.loads(run([context.bench, "xor", MEGABYTES[context.size], ROUNDS]).output)
    metrics = {"xor_over_copy_speed": found["encode_gb_per_s"] / found["copy_gb_per_s"],
               "xor_encode_gb_per_s": found["encode_gb_per_s"], "xor_decode_gb_per_s": found["decode_gb_per_s"],
               "xor_copy_gb_per_s": found["copy_gb_per_s"]}
    return {"title": "XOR deltas", "metrics": metrics, "rows": [found]}
