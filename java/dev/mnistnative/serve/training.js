"use strict";
// Follows a training run: every line of its metrics.jsonl comes as a server-sent event.
(() => {
  const run = document.getElementById("run");
  const cards = document.getElementById("cards");
  const MAX_POINTS = 1500;
  let source = null;
  let start, steps, epochs, end, waiting;

  function reset() {
    start = null;
    end = null;
    steps = [];
    epochs = [];
  }

  function take(event) {
    if (event.event === "start") { reset(); start = event; }
    else if (event.event === "step" && event.loss !== null) steps.push(event);
    else if (event.event === "epoch") epochs.push(event);
    else if (event.event === "end") end = event;
    if (steps.length > MAX_POINTS) steps = steps.filter((step, i) => i % 2 === 1);
    waiting ??= requestAnimationFrame(() => { waiting = null; draw(); });
  }

  function draw() {
    const last = epochs[epochs.length - 1];
    if (!start) { run.textContent = "Waiting for a run to begin …"; return; }
    const done = end ? `ended: ${end.reason}` : "training";
    run.textContent = `${start.layers.join("-")} on ${start.device}, ${start.optimizer}, learning rate ${start.lr} · ${done}`;
    const name = start.evaluated_on ?? "test";
    document.querySelectorAll(".key.test").forEach((key) => { key.textContent = name; });
    cards.replaceChildren();
    card(`${last ? last.epoch : 0} of ${start.epochs}`, "epochs");
    if (last) {
      card(last.train_loss?.toFixed(4) ?? "–", "train loss");
      if (last.test_accuracy !== null) card(`${(100 * last.test_accuracy).toFixed(2)} %`, `${name} accuracy`);
      card(Math.round(last.images_per_second).toLocaleString("en"), "images a second");
    }
    // What training minimises, where that is not the loss: class weights or label smoothing are in it.
    const differs = epochs.some((e) => (e.test_objective ?? e.test_loss) !== e.test_loss);
    document.getElementById("objective-chart").hidden = !differs;
    const perEpoch = start.steps_per_epoch;
    const middle = (key) => epochs.map((e) => [e.epoch - 0.5, e[key]]);
    const after = (key) => epochs.map((e) => [e.epoch, e[key]]);
    chart("loss", "Loss", 0, [
      ["faint", steps.map((s) => [s.epoch - 1 + s.step / perEpoch, s.loss])],
      ["train", middle("train_loss")],
      ["test", after("test_loss")],
    ]);
    if (differs) {
      chart("objective", "Objective", 0, [["train", middle("train_objective")], ["test", after("test_objective")]]);
    }
    chart("accuracy", "Accuracy", 1, [["train", middle("train_accuracy")], ["test", after("test_accuracy")]]);
  }

  function card(value, name) {
    const box = document.createElement("div");
    const strong = document.createElement("b");
    strong.textContent = value;
    box.append(strong, name);
    cards.append(box);
  }

  function tickStep(length, count) {
    const rough = length / count;
    const power = 10 ** Math.floor(Math.log10(rough));
    return [1, 2, 5, 10].map((f) => f * power).find((s) => s >= rough * 0.999999);
  }

  // The same chart as LineChart.java draws for the report's page.
  function chart(id, title, edge, series) {
    const svg = document.getElementById(id);
    const [width, height, left, right, top, bottom] = [480, 280, 46, 12, 12, 34];
    const clean = series.map(([style, points]) => [style, points.filter((p) => p[1] !== null && p[1] !== undefined)]);
    const main = clean.filter(([style, points]) => style !== "faint" && points.length > 0);
    const ys = (main.length > 0 ? main : clean).flatMap(([, points]) => points.map((p) => p[1])).concat(edge);
    const step = tickStep(Math.max(...ys) - Math.min(...ys) || 1, 5);
    const low = Math.floor(Math.min(...ys) / step + 1e-9) * step;
    const high = Math.max(low + step, Math.ceil(Math.max(...ys) / step - 1e-9) * step);
    const x = (v) => left + v / start.epochs * (width - left - right);
    const y = (v) => height - bottom - (v - low) / (high - low) * (height - top - bottom);
    svg.replaceChildren();
    const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    for (let v = low; v < high + step / 2; v += step) {
      add(svg, "line", { x1: left, x2: width - right, y1: y(v), y2: y(v) });
      add(svg, "text", { x: left - 8, y: y(v) + 4, "text-anchor": "end" }, v.toFixed(digits));
    }
    const xStep = Math.max(1, tickStep(start.epochs, 8));
    for (let v = 0; v <= start.epochs; v += xStep) {
      add(svg, "text", { x: x(v), y: height - bottom + 18, "text-anchor": "middle" }, v);
    }
    for (const [style, points] of clean) {
      const inside = points.filter((p) => p[1] >= low && p[1] <= high);
      add(svg, "polyline", { class: style, points: inside.map((p) => `${x(p[0]).toFixed(1)},${y(p[1]).toFixed(1)}`).join(" ") });
      if (style !== "faint" && inside.length <= 40) {
        inside.forEach((p) => add(svg, "circle", { class: style, cx: x(p[0]), cy: y(p[1]), r: 3 }));
      }
    }
    const ends = main.map(([style, points]) => `${style} ${points[points.length - 1][1].toPrecision(3)}`);
    svg.setAttribute("aria-label", [title, ...ends].join(", "));
  }

  function add(svg, name, attributes, text) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    svg.append(element);
  }

  function follow() {
    if (source) return;
    source = new EventSource("events");
    source.onopen = () => { reset(); draw(); };
    source.onmessage = (message) => { take(JSON.parse(message.data)); };
    source.addEventListener("restart", () => { reset(); draw(); });
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED) { run.textContent = "Connection lost; trying again …"; return; }
      source = null;
      run.textContent = "No run is followed. Start the server with --follow F.jsonl, and the run with --metrics F.jsonl.";
    };
  }

  reset();
  document.addEventListener("tab", (event) => { if (event.detail === "training") follow(); });
})();
