"""Reads run.sh's result lines and prints a Markdown table: medians of the rounds, and ratios to ours in float32.

python3 table.py [--chart FILE.svg] <results.txt; the chart shows milliseconds a step by program and threads.
"""
import argparse
import collections
import re
import statistics
import sys
from xml.sax.saxutils import escape

OURS = "mnist-native-float32"
TITLES = {
    "mnist-native-bf16": "mnist-native, bf16",
    "mnist-native-float32": "mnist-native, float32",
    "libtorch-cpp-fused": "LibTorch C++, fused Adam",
    "tensorflow-java": "TensorFlow Java",
    "pytorch-article": "the article's program, PyTorch",
}


def read(lines):
    """{(threads, program): {figure: [value of each round]}}"""
    rows = collections.defaultdict(lambda: collections.defaultdict(list))
    for line in lines:
        for name, threads, figures in re.findall(r"(?:RESULT|INFER) (\S+) threads=(\d+)((?: \w+=\S+)+)", line):
            for key, value in re.findall(r"(\w+)=(\S+)", figures):
                rows[int(threads), name][key].append(float(value))
        process = re.match(r"(\S+) (\S+) (?:RESULT|INFER) (\S+) threads=(\d+)", line)
        if process:
            wall, kilobytes, name, threads = process.groups()
            row = rows[int(threads), name]
            row["wall"].append(float(wall))
            row["rss"].append(float(kilobytes) / 1024)
    return rows


def cell(row, key, form):
    return form.format(statistics.median(row[key])) if row[key] else "-"


def by_time(rows):
    return sorted(rows.items(), key=lambda item: (item[0][0], statistics.median(item[1]["ms_step"])))


def print_table(rows):
    print("| program | threads | ms a step | times ours | process, s | peak RSS, MB | images/s | one image, µs | loss |")
    print("|---|---|---|---|---|---|---|---|---|")
    for (threads, name), row in by_time(rows):
        ours = rows.get((threads, OURS))
        ratio = statistics.median(row["ms_step"]) / statistics.median(ours["ms_step"]) if ours else float("nan")
        cells = [TITLES.get(name, name), threads, cell(row, "ms_step", "{:.2f}"), f"{ratio:.2f}",
                 cell(row, "wall", "{:.2f}"), cell(row, "rss", "{:.0f}"), cell(row, "images_s", "{:,.0f}"),
                 cell(row, "single_us", "{:.1f}"), cell(row, "loss", "{:.4f}")]
        print("| " + " | ".join(map(str, cells)) + " |")


def write_chart(rows, path):
    """Horizontal bars on a card of its own colour, so that it reads on a light page and on a dark one."""
    left, scale_width, bar, gap, top = 230, 420, 18, 6, 46
    most = max(statistics.median(row["ms_step"]) for row in rows.values())
    parts, y = [], top
    for threads in sorted({threads for threads, _ in rows}):
        parts.append(f'<text x="16" y="{y + 13}" font-weight="600">{threads} thread{"s" if threads > 1 else ""}</text>')
        y += bar + gap
        for (_, name), row in by_time({key: row for key, row in rows.items() if key[0] == threads}):
            value = statistics.median(row["ms_step"])
            width = scale_width * value / most
            colour = "#2563eb" if name.startswith("mnist-native") else "#94a3b8"
            parts.append(f'<text x="{left - 8}" y="{y + 13}" text-anchor="end">{escape(TITLES.get(name, name))}</text>')
            parts.append(f'<rect x="{left}" y="{y}" width="{width:.1f}" height="{bar}" rx="2" fill="{colour}"/>')
            parts.append(f'<text x="{left + width + 6:.1f}" y="{y + 13}">{value:.2f} ms</text>')
            y += bar + gap
        y += gap
    width, height = left + scale_width + 80, y + 6
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
                   f'height="{height}" font-family="system-ui, sans-serif" font-size="13" fill="#1e293b">\n'
                   f'<title>Milliseconds for a training step of 320 images, shorter is better</title>\n'
                   f'<rect width="{width}" height="{height}" rx="8" fill="#f8fafc"/>\n'
                   f'<text x="16" y="26" font-size="15" font-weight="600">A training step of 320 images '
                   f'(784-312-256-10, Adam), shorter is better</text>\n' + "\n".join(parts) + "\n</svg>\n")


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--chart", metavar="FILE.svg")
    options = arguments.parse_args()
    rows = read(sys.stdin)
    print_table(rows)
    if options.chart:
        write_chart(rows, options.chart)


if __name__ == "__main__":
    main()
