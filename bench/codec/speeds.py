"""LZ4 beside zstd, packed integers beside varints, checksums beside a copy."""
import json

from processes import run
from releases import typescript

ROUNDS = 5


def measure(context):
    metrics, rows = {}, []
    output = run([context.bench, "speeds", ROUNDS, typescript("5.9.3")]).output
    for line in output.splitlines():
        part, name, found = line.split("\t")
        rows.append({"part": part, "name": name, **json.loads(found)})
    of = {(row["part"], row["name"]): row for row in rows}
    lz4 = of["frames", "lz4"]
    metrics["lz4_ratio"] = lz4["raw_bytes"] / lz4["stored_bytes"]
    metrics["lz4_pack_gb_per_s"] = lz4["pack_gb_per_s"]
    metrics["lz4_unpack_gb_per_s"] = lz4["unpack_gb_per_s"]
    metrics["crc32c_gb_per_s"] = of["hashes", "crc32c"]["gb_per_s"]
    metrics["hash128_gb_per_s"] = of["hashes", "xxh3, 128 bits"]["gb_per_s"]
    metrics["integer_unpack_over_varint_min"] = min(
        row["unpack_and_compare_mvalues_per_s"] / row["varint_unpack_mvalues_per_s"]
        for row in rows if row["part"] == "integers")
    return {"title": "LZ4, packed integers, checksums", "metrics": metrics, "rows": rows}
