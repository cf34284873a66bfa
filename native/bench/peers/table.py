"""Reads run.sh's result lines and prints a Markdown table: medians of the rounds, and ratios to ours in float32."""
import collections
import re
import statistics
import sys

OURS = "mnist-native-float32"
rows = collections.defaultdict(lambda: collections.defaultdict(list))
for line in sys.stdin:
    for name, threads, figures in re.findall(r"(?:RESULT|INFER) (\S+) threads=(\d+)((?: \w+=\S+)+)", line):
        for key, value in re.findall(r"(\w+)=(\S+)", figures):
            rows[int(threads), name][key].append(float(value))
    process = re.match(r"(\S+) (\S+) (?:RESULT|INFER) (\S+) threads=(\d+)", line)
    if process:
        wall, kilobytes, name, threads = process.groups()
        row = rows[int(threads), name]
        row["wall"].append(float(wall))
        row["rss"].append(float(kilobytes) / 1024)


def cell(row, key, form):
    return form.format(statistics.median(row[key])) if row[key] else "-"


print("| program | threads | ms a step | times ours | process, s | peak RSS, MB | images/s | one image, µs | loss |")
print("|---|---|---|---|---|---|---|---|---|")
for (threads, name), row in sorted(rows.items(), key=lambda item: (item[0][0], statistics.median(item[1]["ms_step"]))):
    ours = rows.get((threads, OURS))
    ratio = statistics.median(row["ms_step"]) / statistics.median(ours["ms_step"]) if ours else float("nan")
    cells = [name, threads, cell(row, "ms_step", "{:.2f}"), f"{ratio:.2f}", cell(row, "wall", "{:.2f}"),
             cell(row, "rss", "{:.0f}"), cell(row, "images_s", "{:,.0f}"), cell(row, "single_us", "{:.1f}"),
             cell(row, "loss", "{:.4f}")]
    print("| " + " | ".join(map(str, cells)) + " |")
