// Draws the architecture, and moves, opens and selects in it.
{
  const host = byId("diagram");
  const model = { nodes: new Map(), children: new Map(), flows: DATA.graph.flows };
  for (const node of DATA.graph.nodes) {
    node.shown = [];
    model.nodes.set(node.id, node);
    if (!model.children.has(node.parent)) model.children.set(node.parent, []);
    model.children.get(node.parent).push(node);
  }
  const opened = new Set(DATA.graph.nodes.filter((node) => node.open).map((node) => node.id));
  const isOpen = (node) => opened.has(node.id);
  const canOpen = (node) => node.open !== null && model.children.has(node.id);
  const view = { x: 0, y: 0, scale: 1, width: 0, height: 0 };
  let canvas = null;
  let frame = null;
  let turns = 0;

  const kinds = () => new Set([...document.querySelectorAll("input[name=flow]:checked")].map((each) => each.value));

  async function draw({ fit = false, keep = null, focus = false } = {}) {
    const turn = ++turns;
    const anchor = keep && boxOf(keep);
    const graph = elkGraph(model, isOpen, kinds());
    let placed;
    try {
      placed = await layoutWorker.layout(plainGraph(graph));
    } catch (error) {
      host.replaceChildren(element("p", { class: "empty" }, `The architecture cannot be laid out: ${error.message}`));
      return;
    }
    if (turn !== turns) return;
    show(graph, placed, keep);
    if (fit || !anchor) fitView();
    else {
      // The box that was opened stays under the pointer.
      const now = boxOf(keep);
      view.x += anchor.x - now.x;
      view.y += anchor.y - now.y;
      move();
    }
    if (focus) nodeElement(keep)?.focus({ preventScroll: true });
    const shown = frame.querySelectorAll(".node").length;
    byId("diagram-status").textContent = `${plural(shown, "box", "boxes")} and ${plural(graph.edges.length, "flow")}`;
    host.dataset.ready = String(turn);
  }

  const nodeElement = (id) => [...frame.querySelectorAll(".node")].find((each) => each.dataset.id === id);
  const boxOf = (id) => {
    const found = frame && nodeElement(id);
    return found ? { x: view.x + found.box.x * view.scale, y: view.y + found.box.y * view.scale } : null;
  };

  function show(graph, placed, keep) {
    const nodes = new Map();
    const collect = (each) => { nodes.set(each.id, each.node); (each.children ?? []).forEach(collect); };
    graph.children.forEach(collect);
    const offsets = new Map([["root", { x: 0, y: 0 }]]);
    const boxes = [];
    const walk = (each, parent) => {
      const at = { x: parent.x + (each.x ?? 0), y: parent.y + (each.y ?? 0), width: each.width, height: each.height };
      if (each.id !== "root") boxes.push([nodes.get(each.id), at]);
      offsets.set(each.id, at);
      (each.children ?? []).forEach((child) => walk(child, at));
    };
    walk({ ...placed, x: 0, y: 0 }, { x: 0, y: 0 });
    const flows = placed.edges.map((edge, position) => flowOf(edge, graph.edges[position].flow, offsets));
    Object.assign(view, { width: placed.width, height: placed.height });
    frame = drawing("g", {}, ...boxes.map(([node, at]) => boxElement(node, at)), ...flows);
    if (!canvas) {
      canvas = drawing("svg", { role: "group", tabindex: -1, "aria-label": "Architecture" });
      host.replaceChildren(canvas);
      listen();
    }
    canvas.replaceChildren(arrowHeads(), frame);
    roving(keep);
  }

  function arrowHeads() {
    return drawing("defs", {}, ...["network", "data", "events"].map((kind) =>
      drawing("marker", { id: `arrow-${kind}`, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto-start-reverse" },
        drawing("path", { d: "M0 0.5 L8 4 L0 7.5 z", class: `head ${kind}` }))));
  }

  function flowOf(edge, flow, offsets) {
    const from = offsets.get(edge.container) ?? { x: 0, y: 0 };
    const paths = (edge.sections ?? []).map((section) => {
      const points = [section.startPoint, ...(section.bendPoints ?? []), section.endPoint];
      return drawing("path", { d: rounded(points.map(({ x, y }) => [x + from.x, y + from.y])), "marker-end": `url(#arrow-${flow.kind})` });
    });
    const labels = (edge.labels ?? []).flatMap((label) => {
      const [x, y] = [label.x + from.x, label.y + from.y];
      return [drawing("rect", { class: "plate", x, y, width: label.width, height: label.height, rx: 2 }),
        drawing("text", { x: x + label.width / 2, y: y + 14, "text-anchor": "middle" }, label.text)];
    });
    if (!labels.length && flow.text) labels.push(...tip(edge, flow.text, from));
    const made = drawing("g", { class: `flow ${flow.kind}`, "aria-hidden": "true" }, ...paths, ...labels);
    Object.assign(made.dataset, { from: flow.from, to: flow.to });
    return made;
  }

  // What a flow does, at the middle of its longest part; it is seen with the flow that is pointed at.
  function tip(edge, text, from) {
    const points = (edge.sections ?? []).flatMap((section) => [section.startPoint, ...(section.bendPoints ?? []), section.endPoint]);
    const parts = points.slice(1).map((end, at) => [points[at], end]);
    if (!parts.length) return [];
    const length = ([a, b]) => Math.hypot(a.x - b.x, a.y - b.y);
    const [start, end] = parts.reduce((best, part) => (length(part) > length(best) ? part : best));
    const [x, y] = [from.x + (start.x + end.x) / 2, from.y + (start.y + end.y) / 2];
    const width = widthOf(text, FONTS.label) + 10;
    return [drawing("g", { class: "tip" }, drawing("rect", { class: "plate", x: x - width / 2, y: y - 11, width, height: 20, rx: 2 }),
      drawing("text", { x, y: y + 4, "text-anchor": "middle" }, text))];
  }

  function rounded(points, radius = 5) {
    let path = `M${points[0].join(" ")}`;
    for (let at = 1; at < points.length - 1; at++) {
      const [before, corner, after] = [points[at - 1], points[at], points[at + 1]];
      const toward = (to) => {
        const [dx, dy] = [to[0] - corner[0], to[1] - corner[1]];
        const length = Math.hypot(dx, dy) || 1;
        const by = Math.min(radius, length / 2);
        return [corner[0] + (dx / length) * by, corner[1] + (dy / length) * by];
      };
      path += ` L${toward(before).join(" ")} Q${corner.join(" ")} ${toward(after).join(" ")}`;
    }
    return `${path} L${points.at(-1).join(" ")}`;
  }

  function boxElement(node, at) {
    if (node.type === "subnets") return drawing("g");
    const parts = [drawing("rect", { class: "shape", x: at.x, y: at.y, width: at.width, height: at.height, rx: PLACES.has(node.type) ? 8 : 5 })];
    if (node.kind) parts.push(drawing("rect", { class: `stripe ${node.kind}`, x: at.x, y: at.y + 5, width: 3, height: at.height - 10, rx: 1.5 }));
    let y = at.y + 25;
    parts.push(drawing("text", { class: "title", x: at.x + 12, y }, node.title));
    if (canOpen(node)) parts.push(drawing("text", { class: "sign", x: at.x + at.width - 21, y, "aria-hidden": "true" }, node.drawnOpen ? "−" : "+"));
    for (const line of [node.about, ...node.shown].filter(Boolean)) {
      y += LINE;
      parts.push(drawing("text", { class: "line", x: at.x + 12, y }, line));
    }
    const cost = node.monthly ? `, ${money(node.monthly)} ${DATA.currency} a month` : "";
    const label = `${[node.title, node.about, ...node.shown].filter(Boolean).join(", ")}${cost}`;
    const acts = canOpen(node) || node.resource >= 0;
    const made = drawing("g", { class: `node ${node.type}${acts ? " acts" : ""}`, tabindex: -1, role: acts ? "button" : "img", "aria-label": label },
      drawing("title", {}, label), ...parts);
    if (canOpen(node)) made.setAttribute("aria-expanded", node.drawnOpen);
    made.dataset.id = node.id;
    made.box = at;
    return made;
  }

  // One box can be reached by Tab, the others by the arrow keys.
  function roving(id) {
    const nodes = [...frame.querySelectorAll(".node")];
    const chosen = nodes.find((each) => each.dataset.id === id) ?? nodes.find((each) => each.classList.contains("acts"));
    if (chosen) chosen.setAttribute("tabindex", "0");
  }

  function act(id) {
    const node = model.nodes.get(id);
    if (canOpen(node)) {
      if (!opened.delete(id)) opened.add(id);
      draw({ keep: id, focus: canvas.contains(document.activeElement) });
    } else if (node.resource >= 0) openResource(node.resource);
  }

  function mark(id) {
    const near = new Set([id]);
    frame.querySelectorAll(".flow").forEach((flow) => {
      const own = id && (flow.dataset.from === id || flow.dataset.to === id);
      flow.classList.toggle("strong", Boolean(own));
      flow.classList.toggle("weak", Boolean(id) && !own);
      if (own) near.add(flow.dataset.from).add(flow.dataset.to);
    });
  }

  function move() {
    frame.setAttribute("transform", `translate(${view.x} ${view.y}) scale(${view.scale})`);
  }

  // The whole width is shown, in a frame that is as high as that needs. On a narrow screen text stays legible instead.
  function fitView(least = host.clientWidth < 700 ? 0.45 : 0.3) {
    const width = host.clientWidth;
    view.scale = Math.min(1, Math.max(width / view.width, least));
    const highest = width < 700 ? 560 : 1100;
    host.style.height = `${Math.min(highest, Math.max(320, Math.ceil(view.height * view.scale) + 2))}px`;
    view.x = Math.max(0, (width - view.width * view.scale) / 2);
    view.y = 0;
    const middle = view.width * view.scale > width + 1 && frame.querySelector(".node.cluster, .node.vpc");
    if (middle) {
      view.x = width / 2 - (middle.box.x + middle.box.width / 2) * view.scale;
      view.y = 12 - middle.box.y * view.scale;
    }
    move();
  }

  function zoom(by, x = host.clientWidth / 2, y = host.clientHeight / 2) {
    const scale = Math.min(3, Math.max(0.1, view.scale * by));
    view.x = x - ((x - view.x) * scale) / view.scale;
    view.y = y - ((y - view.y) * scale) / view.scale;
    view.scale = scale;
    move();
  }

  function reveal(found) {
    const margin = 30;
    const [left, top] = [view.x + found.box.x * view.scale, view.y + found.box.y * view.scale];
    const [right, bottom] = [left + Math.min(found.box.width * view.scale, host.clientWidth - 2 * margin),
      top + Math.min(found.box.height * view.scale, host.clientHeight - 2 * margin)];
    if (left < margin) view.x += margin - left;
    else if (right > host.clientWidth - margin) view.x -= right - host.clientWidth + margin;
    if (top < margin) view.y += margin - top;
    else if (bottom > host.clientHeight - margin) view.y -= bottom - host.clientHeight + margin;
    move();
  }

  function go(from, key) {
    const [dx, dy] = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[key];
    const middle = ({ box }) => [box.x + Math.min(box.width, 120) / 2, box.y + 14];
    const [x, y] = middle(from);
    let best = null;
    for (const each of frame.querySelectorAll(".node")) {
      const [toX, toY] = middle(each);
      const ahead = (toX - x) * dx + (toY - y) * dy;
      const aside = Math.abs((toX - x) * dy) + Math.abs((toY - y) * dx);
      if (each === from || ahead <= 1) continue;
      const cost = ahead + aside * 2.5;
      if (!best || cost < best.cost) best = { each, cost };
    }
    if (!best) return;
    from.setAttribute("tabindex", "-1");
    best.each.setAttribute("tabindex", "0");
    best.each.focus({ preventScroll: true });
    reveal(best.each);
  }

  function listen() {
    const pointers = new Map();
    let dragged = false;
    const nodeAt = (event) => event.target.closest?.(".node");
    canvas.addEventListener("pointerdown", (event) => {
      pointers.set(event.pointerId, [event.clientX, event.clientY]);
      dragged = false;
    });
    canvas.addEventListener("pointermove", (event) => {
      const before = pointers.get(event.pointerId);
      if (!before) return;
      const [dx, dy] = [event.clientX - before[0], event.clientY - before[1]];
      if (!dragged && Math.hypot(dx, dy) < 4) return;
      if (!dragged) canvas.setPointerCapture(event.pointerId);
      dragged = true;
      const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
      if (other) {
        const size = ([ax, ay], [bx, by]) => Math.hypot(ax - bx, ay - by) || 1;
        const { left, top } = canvas.getBoundingClientRect();
        zoom(size([event.clientX, event.clientY], other) / size(before, other), other[0] - left, other[1] - top);
      } else {
        view.x += dx;
        view.y += dy;
        move();
      }
      pointers.set(event.pointerId, [event.clientX, event.clientY]);
    });
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (event) => pointers.delete(event.pointerId));
    canvas.addEventListener("click", (event) => {
      const found = nodeAt(event);
      if (found && !dragged) act(found.dataset.id);
    });
    canvas.addEventListener("wheel", (event) => {
      // Without Ctrl the wheel scrolls the page, which would otherwise be caught here.
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const { left, top } = canvas.getBoundingClientRect();
      zoom(Math.exp(-event.deltaY / 300), event.clientX - left, event.clientY - top);
    }, { passive: false });
    canvas.addEventListener("pointerover", (event) => mark(nodeAt(event)?.dataset.id ?? null));
    canvas.addEventListener("pointerleave", () => mark(null));
    canvas.addEventListener("focusin", (event) => mark(nodeAt(event)?.dataset.id ?? null));
    canvas.addEventListener("focusout", () => mark(null));
    canvas.addEventListener("keydown", (event) => {
      const found = nodeAt(event);
      if (event.key.startsWith("Arrow") && found) go(found, event.key);
      else if ((event.key === "Enter" || event.key === " ") && found) act(found.dataset.id);
      else if (event.key === "+" || event.key === "=") zoom(1.25);
      else if (event.key === "-") zoom(0.8);
      else if (event.key === "0") fitView();
      else return;
      event.preventDefault();
    });
  }

  byId("diagram-in").addEventListener("click", () => zoom(1.25));
  byId("diagram-out").addEventListener("click", () => zoom(0.8));
  byId("diagram-fit").addEventListener("click", () => fitView());
  byId("diagram-open").addEventListener("click", () => {
    DATA.graph.nodes.filter(canOpen).forEach((node) => opened.add(node.id));
    draw({ fit: true });
  });
  byId("diagram-close").addEventListener("click", () => { opened.clear(); draw({ fit: true }); });
  document.querySelectorAll("input[name=flow]").forEach((each) => each.addEventListener("input", () => draw({ fit: true })));
  let width = host.clientWidth;
  new ResizeObserver(() => {
    if (frame && host.clientWidth !== width) fitView();
    width = host.clientWidth;
  }).observe(host);
  addEventListener("beforeprint", () => { if (frame) fitView(0); });
  addEventListener("afterprint", () => { if (frame) fitView(); });
  draw({ fit: true });
}
