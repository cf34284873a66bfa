"use strict";
// Drawing, prediction, keyboard. The picture goes to the server as a PNG; the answer is what the net saw and thinks.
(() => {
  const PEN = 22;
  const KEY_STEP = 10;
  const canvas = document.getElementById("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const seen = document.getElementById("seen").getContext("2d");
  const digit = document.getElementById("digit");
  const said = document.getElementById("said");
  const time = document.getElementById("time");
  const bars = document.getElementById("bars");
  const cursor = { x: canvas.width / 2, y: canvas.height / 2, down: false, shown: false };
  let strokes = [];
  let current = null;
  let finger = null;
  let names = [];
  let busy = false;
  let stale = false;
  let announcing = 0;

  function redraw() {
    pen.fillStyle = "#000";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.strokeStyle = pen.fillStyle = "#fff";
    pen.lineWidth = PEN;
    pen.lineCap = pen.lineJoin = "round";
    for (const stroke of strokes) {
      pen.beginPath();
      pen.moveTo(stroke[0].x, stroke[0].y);
      stroke.forEach((p) => pen.lineTo(p.x, p.y));
      if (stroke.length === 1) pen.lineTo(stroke[0].x + 0.01, stroke[0].y);
      pen.stroke();
    }
  }

  function showCursor() {
    redraw();
    if (!cursor.shown) return;
    pen.strokeStyle = cursor.down ? "#4dabf7" : "#868e96";
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(cursor.x, cursor.y, PEN / 2, 0, 2 * Math.PI);
    pen.stroke();
  }

  function begin(point) {
    current = [point];
    strokes.push(current);
    changed();
  }

  function extend(point) {
    current.push(point);
    changed();
  }

  function changed() {
    redraw();
    stale = true;
    predict();
    showCursor();
  }

  // One request at a time: an answer that comes late never replaces a newer one.
  async function predict() {
    if (busy) return;
    busy = true;
    while (stale) {
      stale = false;
      if (strokes.length === 0) {
        blank("Draw a digit.");
        continue;
      }
      redraw();
      const picture = new Promise((done) => canvas.toBlob(done, "image/png"));
      showCursor();
      const begun = performance.now();
      try {
        const body = await picture;
        const reply = await fetch("predict", { method: "POST", headers: { "Content-Type": "image/png" }, body });
        const answer = await reply.json();
        if (!reply.ok) throw new Error(answer.error);
        if (strokes.length > 0) show(answer, performance.now() - begun);
      } catch (e) {
        blank(e instanceof TypeError ? "The server does not answer." : e.message);
      }
    }
    busy = false;
  }

  function show(answer, milliseconds) {
    names = answer.names ?? [];
    bars.classList.toggle("named", names.some((name) => name.length > 2));
    digit.textContent = nameOf(answer.digit);
    digit.classList.toggle("word", nameOf(answer.digit).length > 2);
    answer.probabilities.forEach((p, c) => bar(c, p, c === answer.digit));
    const image = seen.createImageData(28, 28);
    answer.pixels.forEach((value, i) => image.data.set([value, value, value, 255], 4 * i));
    seen.putImageData(image, 0, 0);
    time.textContent = `Answered in ${milliseconds.toFixed(0)} ms.`;
    const sure = (100 * answer.probabilities[answer.digit]).toFixed(0);
    announce([`${nameOf(answer.digit)}, ${sure} percent sure`, ...answer.notes ?? []].join(". "));
  }

  function nameOf(c) {
    return names[c] ?? String(c);
  }

  // Screen readers hear the end of a stroke, not every millimetre of it.
  function announce(text) {
    clearTimeout(announcing);
    announcing = setTimeout(() => { said.textContent = text; }, 300);
  }

  function blank(text) {
    digit.textContent = "–";
    for (let c = 0; c < bars.children.length; c++) bar(c, 0, false);
    seen.clearRect(0, 0, 28, 28);
    time.textContent = "";
    announce(text);
  }

  function bar(c, probability, best) {
    if (!bars.children[c]) {
      const item = document.createElement("li");
      for (const name of ["name", "track", "share"]) {
        const part = document.createElement("span");
        part.className = name;
        item.append(part);
      }
      const fill = document.createElement("div");
      fill.className = "fill";
      item.children[1].append(fill);
      bars.append(item);
    }
    const item = bars.children[c];
    item.firstChild.textContent = nameOf(c);
    item.firstChild.title = nameOf(c);
    item.classList.toggle("best", best);
    item.querySelector(".fill").style.transform = `scaleX(${probability})`;
    item.querySelector(".share").textContent = `${(100 * probability).toFixed(1)} %`;
  }

  function clear() {
    strokes = [];
    current = null;
    cursor.down = false;
    changed();
  }

  function undo() {
    strokes.pop();
    current = null;
    cursor.down = false;
    changed();
  }

  function position(event) {
    const box = canvas.getBoundingClientRect();
    return {
      x: (event.clientX - box.left) * canvas.width / box.width,
      y: (event.clientY - box.top) * canvas.height / box.height,
    };
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    if (finger !== null) return; // a second finger or the palm
    finger = event.pointerId;
    canvas.setPointerCapture(finger);
    cursor.shown = false;
    begin(position(event));
    event.preventDefault();
    canvas.focus({ focusVisible: false });
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId === finger && current && !cursor.down && event.buttons & 1) {
      (event.getCoalescedEvents?.() ?? [event]).forEach((e) => current.push(position(e)));
      extend(position(event));
    }
  });
  for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
    canvas.addEventListener(name, (event) => {
      if (event.pointerId !== finger) return;
      finger = null;
      if (!cursor.down) current = null;
    });
  }

  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  canvas.addEventListener("keydown", (event) => {
    const move = moves[event.key];
    if (move) {
      cursor.shown = true;
      cursor.x = Math.max(0, Math.min(canvas.width, cursor.x + move[0] * KEY_STEP));
      cursor.y = Math.max(0, Math.min(canvas.height, cursor.y + move[1] * KEY_STEP));
      if (cursor.down) extend({ x: cursor.x, y: cursor.y });
      else showCursor();
    } else if (event.key === " " || event.key === "Enter") {
      cursor.shown = true;
      cursor.down = !cursor.down;
      if (cursor.down) begin({ x: cursor.x, y: cursor.y });
      else current = null;
      showCursor();
    } else return;
    event.preventDefault();
  });
  canvas.addEventListener("blur", () => { cursor.shown = false; showCursor(); });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey && event.key !== "z" || event.metaKey || event.altKey) return;
    if (event.key === "z") undo();
    else if (event.key === "c" || event.key === "Delete") clear();
  });
  document.getElementById("undo").addEventListener("click", undo);
  document.getElementById("clear").addEventListener("click", clear);

  // Tabs, as the ARIA practices have them: arrows move between them.
  const tabs = [...document.querySelectorAll("[role=tab]")];
  function select(tab) {
    for (const other of tabs) {
      const chosen = other === tab;
      other.setAttribute("aria-selected", chosen);
      other.tabIndex = chosen ? 0 : -1;
      document.getElementById(other.getAttribute("aria-controls")).hidden = !chosen;
    }
    document.dispatchEvent(new CustomEvent("tab", { detail: tab.getAttribute("aria-controls") }));
  }
  tabs.forEach((tab, i) => {
    tab.addEventListener("click", () => { select(tab); history.replaceState(null, "", "#" + tab.getAttribute("aria-controls")); });
    tab.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
      const next = tabs[(i + 1) % tabs.length];
      next.focus();
      next.click();
    });
  });

  fetch("model").then((reply) => reply.text()).then((text) => { document.getElementById("model").textContent = text; });
  for (let c = 0; c < 10; c++) bar(c, 0, false);
  redraw();
  document.addEventListener("DOMContentLoaded", () => { if (location.hash === "#training") select(tabs[1]); });
})();
