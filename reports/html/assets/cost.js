// The cost by component, part, service, team or tag: a treemap, and a table with the same figures.
const TILES = 60;
const HUES = [212, 152, 32, 282, 182, 342, 62, 252, 122, 2];

function grouped(by, tag) {
  const key = by === "tag" ? (line) => line.tags[tag] ?? "(without the tag)" : (line) => line[by];
  const groups = new Map();
  for (const line of DATA.lines) {
    const name = key(line);
    const group = groups.get(name) ?? { name, monthly: 0, committed: 0, lines: [] };
    group.monthly += line.monthly;
    group.lines.push(line);
    groups.set(name, group);
  }
  return [...groups.values()].sort((a, b) => b.monthly - a.monthly);
}

const costBy = () => document.querySelector("input[name=cost-by]:checked").value;
const tagKeys = distinct(DATA.lines.flatMap((line) => Object.keys(line.tags)));
for (const key of tagKeys) byId("cost-tag").append(element("option", { value: key }, key));

const groupTable = new PagedTable(byId("cost-groups"), {
  caption: `Cost in ${DATA.currency} a month`,
  size: 15,
  sort: { column: 1, down: true },
  columns: [
    { title: "name", by: (row) => row.name, cell: (row) => element("button",
      { type: "button", class: "link", onclick: () => showLines(row.name) }, row.name) },
    { title: "a month", number: true, by: (row) => row.monthly, cell: (row) => money(row.monthly) },
    { title: "share", number: true, cell: (row) => `${((row.monthly / (DATA.monthly || 1)) * 100).toFixed(1)} %` },
    { title: "", bar: true, cell: (row) => shareBar(row.monthly / (DATA.monthly || 1)) },
    { title: "lines", number: true, by: (row) => row.lines.length, cell: (row) => whole.format(row.lines.length) },
  ],
  foot: (rows) => element("tr", {}, element("th", { scope: "row" }, "all"),
    element("td", { class: "n" }, money(rows.reduce((sum, row) => sum + row.monthly, 0))), element("td", { colspan: 3 })),
});

const lineTable = new PagedTable(byId("cost-lines"), {
  caption: `Lines of the estimate in ${DATA.currency} a month; as spot and with a one-year commitment where such a price exists`,
  size: 15,
  sort: { column: 3, down: true },
  columns: [
    { title: "what", by: (row) => row.what, cell: (row) => [row.resource < 0 ? row.what
      : resourceButton(DATA.resources[row.resource], row.what), element("br"), element("small", {}, row.component)] },
    { title: "quantity", number: true, by: (row) => row.quantity, cell: (row) => `${whole.format(row.quantity)} ${row.unit}` },
    { title: "unit price", number: true, by: (row) => row.unitPrice, cell: (row) => String(row.unitPrice) },
    { title: "a month", number: true, by: (row) => row.monthly, cell: (row) => money(row.monthly) },
    { title: "as spot", number: true, by: (row) => row.spot, cell: (row) => money(row.spot) },
    { title: "one year", number: true, by: (row) => row.oneYear, cell: (row) => money(row.oneYear) },
    { title: "price of", by: (row) => row.date, cell: (row) => row.date },
  ],
});

function drawTreemap() {
  const host = byId("treemap");
  const groups = grouped(costBy(), byId("cost-tag").value).filter((group) => group.monthly > 0);
  const rest = groups.slice(TILES);
  const shown = groups.slice(0, TILES);
  if (rest.length) {
    shown.push({ name: `${rest.length} others`, monthly: rest.reduce((sum, each) => sum + each.monthly, 0), lines: [] });
  }
  const root = d3.hierarchy({ children: shown }).sum((each) => each.monthly ?? 0);
  d3.treemap().size([host.clientWidth, host.clientHeight]).padding(1).round(true)(root);
  const total = root.value || 1;
  host.replaceChildren(...(root.value ? root.leaves() : []).map((leaf, position) => {
    const [width, height] = [leaf.x1 - leaf.x0, leaf.y1 - leaf.y0];
    const share = `${((leaf.value / total) * 100).toFixed(1)} %`;
    const label = `${leaf.data.name}: ${money(leaf.value)} ${DATA.currency} a month, ${share}`;
    const tile = element("button", { type: "button", title: label, "aria-label": label,
      tabindex: position ? "-1" : "0", onclick: () => showLines(leaf.data.name) });
    if (width > 54 && height > 24) tile.append(element("b", {}, leaf.data.name));
    if (width > 54 && height > 42) tile.append(element("i", {}, money(leaf.value)));
    if (width > 90 && height > 60) tile.append(element("i", {}, share));
    const hue = HUES[position % HUES.length];
    Object.assign(tile.style, { left: `${leaf.x0}px`, top: `${leaf.y0}px`, width: `${width}px`, height: `${height}px` });
    tile.style.setProperty("--tile", `light-dark(hsl(${hue} 48% 88%), hsl(${hue} 30% 27%))`);
    tile.style.setProperty("--tile-ink", `light-dark(hsl(${hue} 60% 16%), hsl(${hue} 40% 93%))`);
    return tile;
  }));
}

// One tile can be reached by Tab, the others by the arrow keys.
byId("treemap").addEventListener("keydown", (event) => {
  const tiles = [...byId("treemap").children];
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -tiles.length, End: tiles.length }[event.key];
  if (!step) return;
  event.preventDefault();
  const at = tiles.indexOf(document.activeElement);
  const next = tiles[Math.min(Math.max(0, at + step), tiles.length - 1)];
  tiles.forEach((tile) => { tile.tabIndex = tile === next ? 0 : -1; });
  next.focus();
});

let shownGroup = "";

function showLines(name) {
  shownGroup = name === shownGroup ? "" : name;
  const group = grouped(costBy(), byId("cost-tag").value).find((each) => each.name === shownGroup);
  lineTable.caption.textContent = group ? `Lines of ${shownGroup}` : "Lines of the estimate";
  lineTable.caption.append(` in ${DATA.currency} a month; as spot and with a one-year commitment where such a price exists`);
  lineTable.show(group ? group.lines : DATA.lines);
  if (group) byId("cost-lines").scrollIntoView({ block: "center" });
}

function drawCost() {
  byId("cost-tag-field").hidden = costBy() !== "tag";
  shownGroup = "";
  groupTable.show(grouped(costBy(), byId("cost-tag").value));
  lineTable.show(DATA.lines);
  drawTreemap();
}

document.querySelectorAll("input[name=cost-by], #cost-tag").forEach((each) => each.addEventListener("input", drawCost));
new ResizeObserver(drawTreemap).observe(byId("treemap"));
drawCost();
