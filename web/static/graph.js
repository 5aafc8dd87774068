// The graph of a ring, moved. The server lays it out and draws it still; this
// file draws the same places on a canvas, so that five thousand marks can be
// moved. Without it the still picture stays.
//
//	graph.json ─▶ sheet: the graph around the view, drawn once ─▶ each frame: the sheet, shifted and scaled, and what is pointed at
//	                ▲ drawn anew when the view rests
//
// A frame never draws all marks; it moves a picture of them.
"use strict";
(() => {
  const figure = document.querySelector("figure[data-graph]");
  const canvas = figure?.querySelector("canvas");
  const pen = canvas?.getContext("2d");
  if (!pen) return;
  const says = figure.querySelector(".graph-says"), why = figure.querySelector(".graph-why");
  const moving = figure.querySelector(".moving"), still = figure.querySelector(".still");
  const families = ["contact", "web", "money", "remote", "script", "identity"];
  const namedAlways = 8; // values with most reports
  const mostTried = 400; // marks whose names are tried: finding room for more costs more than a frame
  const rest = 140; // milliseconds without movement after which the sheet is drawn anew
  let nodes = [], edges = [], near = [], grid = new Map();
  let W = 1, H = 1, wide = 1, high = 1, dots = 1, ink = {};
  let view = { k: 1, x: 0, y: 0 }, sheet = null, at = -1, found = null, asked = false, timer = 0;

  const colours = () => {
    const css = getComputedStyle(document.documentElement);
    ink = { line: css.getPropertyValue("--line-strong"), paper: css.getPropertyValue("--paper"), ink: css.getPropertyValue("--ink"), harm: css.getPropertyValue("--harm"), accent: css.getPropertyValue("--accent") };
    for (const f of families) ink[f] = css.getPropertyValue(`--fam-${f}`);
  };

  const outline = (p, n) => {
    const [x, y, r] = n;
    if (n[3] === "report") { p.moveTo(x + r, y); p.arc(x, y, r, 0, 7); return; }
    const go = (...points) => { points.forEach(([a, b], i) => (i ? p.lineTo(x + a * r, y + b * r) : p.moveTo(x + a * r, y + b * r))); p.closePath(); };
    switch (n[4]) {
      case "web": return go([-.88, -.88], [.88, -.88], [.88, .88], [-.88, .88]);
      case "money": return go([0, -1.2], [1.2, 0], [0, 1.2], [-1.2, 0]);
      case "remote": return go([0, -1.15], [1.1, .85], [-1.1, .85]);
      case "identity": return go([-1, 0], [-.5, -.9], [.5, -.9], [1, 0], [.5, .9], [-.5, .9]);
      case "script": return go([-.8, -1], [.3, -1], [.8, -.4], [.8, 1], [-.8, 1]);
    }
    p.moveTo(x + r, y);
    p.arc(x, y, r, 0, 7);
  };

  // drawSheet draws what lies in and half a view around the view.
  const drawSheet = () => {
    const margin = 0.5, k = view.k;
    const x0 = view.x - margin * wide / k, y0 = view.y - margin * high / k;
    const w = (1 + 2 * margin) * wide, h = (1 + 2 * margin) * high;
    const page = sheet?.page ?? document.createElement("canvas");
    if (page.width !== Math.round(w * dots) || page.height !== Math.round(h * dots)) [page.width, page.height] = [Math.round(w * dots), Math.round(h * dots)];
    const p = page.getContext("2d");
    p.setTransform(1, 0, 0, 1, 0, 0);
    p.fillStyle = ink.paper;
    p.fillRect(0, 0, page.width, page.height);
    p.setTransform(k * dots, 0, 0, k * dots, -x0 * k * dots, -y0 * k * dots);
    const x1 = x0 + w / k, y1 = y0 + h / k;
    const seen = (n) => n[0] > x0 - 20 && n[0] < x1 + 20 && n[1] > y0 - 20 && n[1] < y1 + 20;
    [[0, ink.line, [], edges.length > 4500 ? .22 : .4], [1, ink.line, [6, 5], .5], [2, ink.harm, [2, 3], 1]].forEach(([kind, colour, dash, alpha]) => {
      p.beginPath();
      for (let i = 0; i < edges.length; i += 3) {
        if (edges[i + 2] !== kind) continue;
        const a = nodes[edges[i]], b = nodes[edges[i + 1]];
        if (Math.max(a[0], b[0]) < x0 || Math.min(a[0], b[0]) > x1 || Math.max(a[1], b[1]) < y0 || Math.min(a[1], b[1]) > y1) continue;
        p.moveTo(a[0], a[1]);
        p.lineTo(b[0], b[1]);
      }
      p.globalAlpha = alpha;
      p.strokeStyle = colour;
      p.setLineDash(dash.map((d) => d / k));
      p.lineWidth = 0.9 / Math.sqrt(k);
      p.stroke();
    });
    p.globalAlpha = 1;
    p.setLineDash([]);
    const groups = new Map();
    for (const n of nodes) {
      if (!seen(n)) continue;
      const key = n[3] === "report" ? "report" : (n[3] === "indicator" ? "" : "tie ") + n[4] + (n[10] ? " bridge" : "");
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(n);
    }
    for (const [key, list] of [...groups].sort((a, b) => (b[0] === "report") - (a[0] === "report"))) {
      p.beginPath();
      for (const n of list) outline(p, n);
      p.fillStyle = key === "report" ? ink.ink : ink[families.find((f) => key.includes(f))] ?? ink.contact;
      p.fill();
      if (key === "report") continue;
      p.strokeStyle = key.includes("bridge") ? ink.harm : ink.ink;
      p.lineWidth = (key.includes("tie") || key.includes("bridge") ? 2.6 : 1.1) / Math.sqrt(k);
      p.setLineDash(key.includes("tie") ? [4 / k, 2 / k] : []);
      p.stroke();
      p.setLineDash([]);
    }
    names(p, k, seen);
    sheet = { page, x0, y0, k };
  };

  // names writes as many names as have room, suppliers and launderers first,
  // then most reports first. A name covers no mark and no other name: it is
  // tried right, left, above and below its own. Only what holds the ring
  // together is named whatever lies under it.
  const names = (p, k, seen) => {
    const size = 11.5 / k, taken = [], gap = 4 / k;
    p.font = `${size}px ${getComputedStyle(document.body).fontFamily}`;
    p.lineJoin = "round";
    const side = (n) => n[3] === "supplier" || n[3] === "launderer";
    const marks = nodes.filter((n) => n[3] !== "report" && seen(n));
    const named = (k < 3.5 ? marks : nodes.filter(seen)).filter((n) => !side(n)).slice(0, mostTried);
    const hits = (b, t) => b[0] < t[2] && t[0] < b[2] && b[1] < t[3] && t[1] < b[3];
    const covers = (b, own) => marks.some((n) => n !== own && n[0] + n[2] > b[0] && n[0] - n[2] < b[2] && n[1] + n[2] > b[1] && n[1] - n[2] < b[3]);
    let left = 60, must = namedAlways;
    for (const n of [...marks.filter(side), ...named]) {
      if (left === 0) break;
      const text = n[6].length > 28 ? `${n[6].slice(0, 13)}…${n[6].slice(-13)}` : n[6];
      const w = p.measureText(text).width, r = n[2] + gap, [x, y] = n;
      const right = [x + r, y - size * .6, x + r + w, y + size * .6], before = [x - r - w, right[1], x - r, right[3]];
      const above = [x - w / 2, y - r - size * 1.1, x + w / 2, y - r], below = [x - w / 2, y + r, x + w / 2, y + r + size * 1.1];
      const places = n[3] === "supplier" ? [right] : n[3] === "launderer" ? [before] : [right, before, above, below];
      const room = places.filter((b) => b[0] >= 0 && b[2] <= W && !taken.some((t) => hits(b, t)));
      const b = room.find((b) => !covers(b, n)) ?? (n[3] === "indicator" && must > 0 ? room[0] : undefined);
      if (n[3] === "indicator") must--;
      if (!b) continue;
      if (covers(b, n) || side(n)) { // lines begin behind the names at the edges
        p.fillStyle = ink.paper;
        p.globalAlpha = .85;
        p.fillRect(b[0], b[1], b[2] - b[0], b[3] - b[1]);
        p.globalAlpha = 1;
      }
      taken.push(b);
      left--;
      p.strokeStyle = ink.paper;
      p.lineWidth = 3 / k;
      p.strokeText(text, b[0], b[3] - size * .25);
      p.fillStyle = ink.ink;
      p.fillText(text, b[0], b[3] - size * .25);
    }
  };

  const frame = () => {
    asked = false;
    if (!sheet) drawSheet();
    const scale = view.k / sheet.k;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.fillStyle = ink.paper;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.imageSmoothingEnabled = scale < 1;
    pen.drawImage(sheet.page, (sheet.x0 - view.x) * view.k * dots, (sheet.y0 - view.y) * view.k * dots, sheet.page.width * scale, sheet.page.height * scale);
    if (at >= 0) pointed();
    if (found) for (const i of found) ring(nodes[i], ink.accent);
  };

  const ring = (n, colour) => {
    pen.setTransform(view.k * dots, 0, 0, view.k * dots, -view.x * view.k * dots, -view.y * view.k * dots);
    pen.beginPath();
    pen.arc(n[0], n[1], n[2] + 4 / view.k, 0, 7);
    pen.strokeStyle = colour;
    pen.lineWidth = 3 / view.k;
    pen.stroke();
  };

  const pointed = () => {
    const n = nodes[at];
    pen.setTransform(view.k * dots, 0, 0, view.k * dots, -view.x * view.k * dots, -view.y * view.k * dots);
    pen.beginPath();
    for (const i of near[at].slice(0, 400)) { pen.moveTo(n[0], n[1]); pen.lineTo(nodes[i][0], nodes[i][1]); }
    pen.strokeStyle = ink.accent;
    pen.lineWidth = 1.6 / view.k;
    pen.stroke();
    ring(n, ink.accent);
  };

  const ask = () => { if (!asked) { asked = true; requestAnimationFrame(frame); } };
  const moved = () => {
    view.k = Math.max(.5, Math.min(24, view.k));
    ask();
    clearTimeout(timer);
    timer = setTimeout(() => { drawSheet(); ask(); }, rest);
  };
  const zoom = (by, x = wide / 2, y = high / 2) => {
    const k = Math.max(.5, Math.min(24, view.k * by));
    view.x += x / view.k - x / k;
    view.y += y / view.k - y / k;
    view.k = k;
    moved();
  };
  const whole = () => {
    const k = Math.min(wide / W, high / H);
    view = { k, x: (W - wide / k) / 2, y: (H - high / k) / 2 };
    moved();
  };
  const show = (i) => { // brings a mark into sight
    const n = nodes[i], x = (n[0] - view.x) * view.k, y = (n[1] - view.y) * view.k;
    if (x < 30 || x > wide - 30 || y < 30 || y > high - 30) { view.x = n[0] - wide / 2 / view.k; view.y = n[1] - high / 2 / view.k; }
    moved();
  };

  const cell = 24;
  const pick = (px, py) => {
    const x = px / view.k + view.x, y = py / view.k + view.y, reach = 9 / view.k;
    let best = -1, least = Infinity;
    for (let cx = Math.floor((x - 24) / cell); cx <= Math.floor((x + 24) / cell); cx++) {
      for (let cy = Math.floor((y - 24) / cell); cy <= Math.floor((y + 24) / cell); cy++) {
        for (const i of grid.get(cx * 4096 + cy) ?? []) {
          const d = Math.hypot(nodes[i][0] - x, nodes[i][1] - y) - nodes[i][2];
          if (d < reach && d < least) [best, least] = [i, d];
        }
      }
    }
    return best;
  };

  const plural = (n, one) => `${n.toLocaleString("en")} ${one}${n === 1 ? "" : "s"}`;
  const sentence = (n, i) => {
    if (n[3] === "report") {
      const held = near[i].filter((j) => nodes[j][3] === "indicator").map((j) => nodes[j][6]);
      return `Report ${n[6]} holds ${held.length ? held.slice(0, 3).join(", ") + (held.length > 3 ? ` and ${held.length - 3} more` : "") : "no value of this picture"}`;
    }
    if (n[3] === "indicator") return `${n[6]}: ${n[7]}, ${plural(n[5], "report")}${n[10] ? "; a bridge: the ring falls apart without it" : ""}`;
    return `${n[3] === "supplier" ? "Supplier" : "Launderer"} ${n[6]}${n[7] ? ", " + n[7] : ""}. ${n[8]}`;
  };
  const point = (i) => {
    if (i === at) return;
    at = i;
    says.textContent = i < 0 ? "" : sentence(nodes[i], i);
    canvas.style.cursor = i < 0 ? "grab" : "pointer";
    ask();
  };

  // open shows the reason beside the graph: text from the server's data only.
  const open = (i) => {
    const n = nodes[i];
    why.replaceChildren();
    const add = (tag, text, parent = why) => { const e = document.createElement(tag); e.textContent = text; parent.append(e); return e; };
    const link = (text, href, parent) => { const e = add("a", text, parent); e.href = href; return e; };
    add("h2", n[6]);
    add("p", sentence(n, i) + ".");
    if (n[3] === "report") {
      const list = add("ul", "");
      for (const j of near[i].filter((x) => nodes[x][3] !== "report")) {
        const li = add("li", "", list);
        link(nodes[j][6], nodes[j][9], li);
        add("span", ` ${nodes[j][7]}; ${plural(nodes[j][5], "report")}`, li);
        const other = near[j].find((x) => x !== i && nodes[x][3] === "report");
        if (other !== undefined) { add("span", ". ", li); link(`Why with ${nodes[other][6]}?`, `/explain?a=${encodeURIComponent(n[6])}&b=${encodeURIComponent(nodes[other][6])}`, li); }
      }
      link("Open this report", n[9], add("p", ""));
    } else {
      const list = add("ul", "");
      const held = near[i].filter((x) => nodes[x][3] === "report");
      for (const j of held.slice(0, 12)) link(nodes[j][6], nodes[j][9], add("li", "", list));
      if (held.length > 12) add("li", `and ${plural(held.length - 12, "report")} more`, list);
      if (held.length > 1) link(`Why are ${nodes[held[0]][6]} and ${nodes[held[1]][6]} together?`, `/explain?a=${encodeURIComponent(nodes[held[0]][6])}&b=${encodeURIComponent(nodes[held[1]][6])}`, add("p", ""));
      link("Everything that holds this value", n[9], add("p", ""));
    }
    const shut = add("button", "Close");
    shut.type = "button";
    shut.className = "second";
    shut.addEventListener("click", () => { why.hidden = true; canvas.focus(); });
    why.hidden = false;
    why.focus();
  };

  // step goes to the nearest mark in a direction.
  const step = (dx, dy) => {
    if (at < 0) { point(0); show(0); return; }
    const n = nodes[at];
    let best = -1, least = Infinity;
    nodes.forEach((m, i) => {
      const x = m[0] - n[0], y = m[1] - n[1], on = x * dx + y * dy, off = Math.abs(x * dy) + Math.abs(y * dx);
      if (on > .01 && on + 2 * off < least) [best, least] = [i, on + 2 * off];
    });
    if (best >= 0) { point(best); show(best); }
  };

  const size = () => {
    wide = canvas.clientWidth;
    high = Math.round(Math.max(320, Math.min(wide * H / W, window.innerHeight * .72)));
    dots = Math.min(2, window.devicePixelRatio || 1);
    canvas.style.height = `${high}px`;
    [canvas.width, canvas.height] = [Math.round(wide * dots), Math.round(high * dots)];
    sheet = null;
  };

  const listen = () => {
    const fingers = new Map();
    let far = 0, from = null;
    canvas.addEventListener("pointerdown", (e) => { canvas.setPointerCapture(e.pointerId); fingers.set(e.pointerId, e); from = [e.offsetX, e.offsetY]; });
    canvas.addEventListener("pointermove", (e) => {
      const last = fingers.get(e.pointerId);
      if (!last) { point(pick(e.offsetX, e.offsetY)); return; }
      if (fingers.size === 2) {
        const other = [...fingers.values()].find((f) => f.pointerId !== e.pointerId);
        const now = Math.hypot(e.offsetX - other.offsetX, e.offsetY - other.offsetY);
        if (far) zoom(now / far, (e.offsetX + other.offsetX) / 2, (e.offsetY + other.offsetY) / 2);
        far = now;
      } else {
        view.x -= (e.offsetX - last.offsetX) / view.k;
        view.y -= (e.offsetY - last.offsetY) / view.k;
        moved();
      }
      fingers.set(e.pointerId, e);
    });
    const up = (e) => {
      fingers.delete(e.pointerId);
      far = 0;
      if (e.type === "pointerup" && from && Math.hypot(e.offsetX - from[0], e.offsetY - from[1]) < 4) {
        const i = pick(e.offsetX, e.offsetY);
        point(i);
        if (i >= 0) open(i);
      }
    };
    canvas.addEventListener("pointerup", up);
    canvas.addEventListener("pointercancel", up);
    // The wheel zooms once the graph is used, so that a page still scrolls past it.
    canvas.addEventListener("wheel", (e) => {
      if (!e.ctrlKey && document.activeElement !== canvas) return;
      e.preventDefault();
      zoom(Math.exp(-e.deltaY * .0015), e.offsetX, e.offsetY);
    }, { passive: false });
    canvas.addEventListener("keydown", (e) => {
      if (e.ctrlKey || e.metaKey || e.altKey) return;
      const pan = 60 / view.k;
      const does = {
        ArrowRight: () => (e.shiftKey ? ((view.x += pan), moved()) : step(1, 0)), ArrowLeft: () => (e.shiftKey ? ((view.x -= pan), moved()) : step(-1, 0)),
        ArrowDown: () => (e.shiftKey ? ((view.y += pan), moved()) : step(0, 1)), ArrowUp: () => (e.shiftKey ? ((view.y -= pan), moved()) : step(0, -1)),
        "+": () => zoom(1.4), "=": () => zoom(1.4), "-": () => zoom(1 / 1.4), 0: whole, Enter: () => at >= 0 && open(at), Escape: () => { why.hidden = true; point(-1); },
      }[e.key];
      if (does) { e.preventDefault(); e.stopPropagation(); does(); }
    });
    const tools = { in: () => zoom(1.4), out: () => zoom(1 / 1.4), all: whole, still: () => { moving.hidden = true; still.hidden = false; } };
    for (const b of moving.querySelectorAll("[data-do]")) b.addEventListener("click", tools[b.dataset.do]);
    document.getElementById("graph-find").addEventListener("input", (e) => {
      const q = e.target.value.trim().toLowerCase();
      found = q.length < 2 ? null : nodes.flatMap((n, i) => (n[6].toLowerCase().includes(q) ? [i] : [])).slice(0, 200);
      says.textContent = found ? `${plural(found.length, "mark")} found${found.length === 200 ? ", the first 200" : ""}` : "";
      if (found?.length) { at = found[0]; show(at); } else ask();
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { colours(); sheet = null; ask(); });
    window.addEventListener("resize", () => { if (!moving.hidden) { size(); whole(); } });
  };

  fetch(figure.dataset.graph).then((r) => (r.ok ? r.json() : Promise.reject(new Error("no graph")))).then((data) => {
    if (!data.nodes?.length) return;
    [nodes, edges, W, H] = [data.nodes, data.edges ?? [], data.w, data.h];
    near = nodes.map(() => []);
    for (let i = 0; i < edges.length; i += 3) { near[edges[i]].push(edges[i + 1]); near[edges[i + 1]].push(edges[i]); }
    nodes.forEach((n, i) => { const key = Math.floor(n[0] / cell) * 4096 + Math.floor(n[1] / cell); if (!grid.has(key)) grid.set(key, []); grid.get(key).push(i); });
    moving.hidden = false;
    still.hidden = true;
    colours();
    size();
    listen();
    whole();
    figure.dataset.ready = nodes.length;
  }).catch(() => { moving.hidden = true; still.hidden = false; });
})();
