// The details of one resource. They are packed in the page, and unpacked when the first of a chunk is opened.
const unpacked = new Map();

async function unpack(text) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}

async function detailsOf(position) {
  const chunk = Math.floor(position / DATA.chunk);
  if (!unpacked.has(chunk)) {
    const source = document.querySelectorAll("script.chunk")[chunk];
    unpacked.set(chunk, unpack(source.textContent).then(JSON.parse));
  }
  return (await unpacked.get(chunk))[position % DATA.chunk];
}

const resourceButton = (row, label = row.name) =>
  element("button", { type: "button", class: "link", onclick: () => openResource(row.position) }, label);

async function openResource(position) {
  const row = DATA.resources[position];
  const found = await detailsOf(position);
  const dialog = byId("resource");
  const facts = [
    ["type", row.type],
    ["component", row.component === row.part ? row.part : `${row.component}, in ${row.part}`],
    ["cost", row.monthly === null ? (row.unpriced ? "no price" : "none") : `${money(row.monthly)} ${DATA.currency} a month`],
    ["URN", found.urn],
    ["options", [row.protect && "protect", found.retain && "retainOnDelete",
      found.ignores.length && `ignoreChanges: ${found.ignores.join(", ")}`].filter(Boolean).join(", ")],
  ].filter(([, value]) => value);
  const body = [element("dl", { class: "facts" },
    ...facts.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))))];
  const lines = DATA.lines.filter((line) => line.resource === position);
  if (lines.length) {
    body.push(element("h3", {}, "Cost lines"), element("ul", { class: "needs" }, ...lines.map((line) =>
      element("li", {}, `${money(line.monthly)}: ${line.what}`))));
  }
  if (found.needs.length) {
    body.push(element("h3", {}, "Depends on"), element("ul", { class: "needs" },
      ...found.needs.map((other) => element("li", {}, resourceButton(DATA.resources[other])))));
  }
  if (Object.keys(found.inputs).length) {
    body.push(element("h3", {}, "Inputs"),
      element("pre", { tabindex: "0" }, JSON.stringify(found.inputs, null, 2)));
  }
  byId("resource-name").textContent = row.name;
  byId("resource-body").replaceChildren(...body);
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
}

byId("resource").addEventListener("click", (event) => {
  if (event.target === event.currentTarget) event.currentTarget.close();
});
