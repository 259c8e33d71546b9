// The layout of the architecture, by ELK in a worker of the page's own text: the page stays free while it computes.
const layoutWorker = {
  waiting: new Map(),
  next: 0,

  async start() {
    const text = await unpack(byId("layout").textContent);
    const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    this.worker = new Worker(url);
    this.worker.onmessage = ({ data }) => {
      const { resolve, reject } = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      if (data.error) reject(new Error(data.error.message ?? String(data.error)));
      else resolve(data.data);
    };
    await this.ask({ cmd: "register", algorithms: ["layered", "rectpacking", "box"] });
  },

  ask(message) {
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, ...message });
    });
  },

  async layout(graph) {
    this.started ??= this.start();
    await this.started;
    return this.ask({ cmd: "layout", graph, layoutOptions: {}, options: {} });
  },
};

const pen = document.createElement("canvas").getContext("2d");

function widthOf(text, font) {
  pen.font = font;
  return pen.measureText(text).width;
}

const FONTS = { title: "600 17px system-ui, sans-serif", line: "15px system-ui, sans-serif", label: "14px system-ui, sans-serif" };
const LINE = 20;
const PLACES = new Set(["region", "vpc", "tier", "cluster"]);
const HEAD = 40;

// The size of a box that shows its text alone.
function sizeOf(node) {
  const lines = [node.about, ...node.shown].filter(Boolean);
  const widths = [widthOf(node.title, FONTS.title) + 22, ...lines.map((line) => widthOf(line, FONTS.line))];
  return { width: Math.ceil(Math.max(70, ...widths)) + 24, height: 36 + lines.length * LINE };
}

const SPACING = {
  "elk.spacing.nodeNode": "14",
  "elk.spacing.edgeNode": "14",
  "elk.spacing.edgeEdge": "9",
  "elk.spacing.edgeLabel": "3",
  "elk.spacing.componentComponent": "18",
  "elk.layered.spacing.nodeNodeBetweenLayers": "26",
  "elk.layered.spacing.edgeNodeBetweenLayers": "12",
  "elk.layered.spacing.edgeEdgeBetweenLayers": "8",
};

const LAYERED = {
  ...SPACING,
  "elk.algorithm": "layered",
  "elk.direction": "RIGHT",
  "elk.hierarchyHandling": "INCLUDE_CHILDREN",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.layered.mergeEdges": "true",
  "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
};

// The graph of ELK for what is visible: a closed box takes the flows of what is in it.
function elkGraph(model, isOpen, kinds) {
  const visible = new Map();
  const make = (node) => {
    const children = (model.children.get(node.id) ?? []);
    const drawn = children.length && (node.open === null || isOpen(node)) ? children : [];
    const made = { id: node.id, node };
    visible.set(node.id, made);
    node.drawnOpen = drawn.length > 0;
    node.shown = node.drawnOpen ? [] : node.lines.slice(0, 4);
    if (node.lines.length > 4 && !node.drawnOpen) node.shown.push(`and ${node.lines.length - 4} more`);
    if (drawn.length) {
      const packed = ["subnets", "pools", "others"].includes(node.type);
      const side = node.type === "subnets" ? 0 : 14;
      made.children = drawn.map(make);
      made.layoutOptions = {
        ...(packed ? { "elk.algorithm": "rectpacking", "elk.aspectRatio": { subnets: "8", pools: "1.6", others: "1.6" }[node.type],
          "elk.hierarchyHandling": "SEPARATE_CHILDREN", "elk.spacing.nodeNode": "8" } : LAYERED),
        "elk.padding": `[top=${node.type === "subnets" ? 0 : HEAD + (node.about ? LINE : 0)},left=${side},bottom=${side},right=${side}]`,
        "elk.nodeSize.constraints": "MINIMUM_SIZE",
        "elk.nodeSize.minimum": `(${Math.ceil(Math.max(widthOf(node.title, FONTS.title), widthOf(node.about, FONTS.line))) + 50},40)`,
      };
    } else {
      Object.assign(made, sizeOf(node));
    }
    return made;
  };
  const children = (model.children.get(null) ?? []).map(make);
  const lifted = (id) => {
    let at = model.nodes.get(id);
    while (at && !visible.has(at.id)) at = model.nodes.get(at.parent);
    return at?.id;
  };
  const above = (id) => {
    const ids = [];
    for (let at = model.nodes.get(id); at; at = model.nodes.get(at.parent)) ids.push(at.id);
    return ids;
  };
  const merged = new Map();
  for (const flow of model.flows) {
    if (!kinds.has(flow.kind)) continue;
    const [from, to] = [lifted(flow.from), lifted(flow.to)];
    if (!from || !to || above(from).includes(to) || above(to).includes(from)) continue;
    const key = `${from}|${to}|${flow.kind}`;
    const words = merged.get(key) ?? { from, to, kind: flow.kind, words: new Set() };
    flow.label.split(", ").filter(Boolean).forEach((word) => words.words.add(word));
    merged.set(key, words);
  }
  const edges = [...merged.values()].map((flow, position) => {
    const text = [...flow.words].join(", ");
    // Ports have a place of their own; what a flow of data does is shown with the flow that is pointed at.
    const label = text && flow.kind === "network" && { text, width: Math.ceil(widthOf(text, FONTS.label)) + 8, height: 18,
      layoutOptions: { "elk.edgeLabels.inline": "true" } };
    return { id: `flow${position}`, sources: [flow.from], targets: [flow.to], flow: { ...flow, text }, labels: label ? [label] : [] };
  });
  return { id: "root", layoutOptions: { ...LAYERED, "elk.padding": "[top=8,left=8,bottom=8,right=8]" }, children, edges };
}

// What a worker can be sent: the graph without the page's own nodes and flows.
function plainGraph(graph) {
  return JSON.parse(JSON.stringify(graph, (key, value) => (key === "node" || key === "flow" ? undefined : value)));
}
