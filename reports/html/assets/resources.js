// The list of resources: each word of the search must be in a resource's name, type or component.
const resourceTable = new PagedTable(byId("resource-table"), {
  caption: "Resources of the plan",
  empty: "No resource matches.",
  sort: { column: 0, down: false },
  columns: [
    { title: "name", by: (row) => row.name, cell: (row) => resourceButton(row) },
    { title: "type", by: (row) => row.type, cell: (row) => element("code", {}, row.type) },
    { title: "component", by: (row) => row.component, cell: (row) => row.component },
    { title: "verdict", by: (row) => row.standing || null,
      cell: (row) => (row.standing ? element("span", { class: `tag ${row.standing}` }, row.standing) : "") },
    { title: `${DATA.currency} a month`, number: true, by: (row) => row.monthly,
      cell: (row) => (row.monthly === null ? (row.unpriced ? "no price" : "") : money(row.monthly)) },
  ],
});

const resourceFilters = {
  search: byId("resource-search"), component: byId("resource-component"), type: byId("resource-type"),
  cost: byId("only-cost"), verdict: byId("only-verdict"), protected: byId("only-protected"),
};
options(resourceFilters.component, "All", distinct(DATA.resources.flatMap((row) => [row.component, row.part])));
options(resourceFilters.type, "All", distinct(DATA.resources.map((row) => row.type)));

function filterResources() {
  const filters = resourceFilters;
  const words = filters.search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const found = DATA.resources.filter((row) =>
    words.every((word) => row.words.includes(word)) &&
    (!filters.component.value || row.component === filters.component.value || row.part === filters.component.value) &&
    (!filters.type.value || row.type === filters.type.value) &&
    (!filters.cost.checked || row.monthly !== null || row.unpriced) &&
    (!filters.verdict.checked || row.standing) &&
    (!filters.protected.checked || row.protect));
  byId("resource-count").textContent = found.length === DATA.resources.length
    ? plural(found.length, "resource") : `${whole.format(found.length)} of ${plural(DATA.resources.length, "resource")}`;
  resourceTable.show(found);
}

function showComponent(name) {
  for (const each of Object.values(resourceFilters)) {
    if (each.type === "checkbox") each.checked = false;
    else each.value = "";
  }
  resourceFilters.component.value = name;
  filterResources();
  byId("resources").scrollIntoView();
  resourceFilters.component.focus({ preventScroll: true });
}

Object.values(resourceFilters).forEach((each) => each.addEventListener("input", filterResources));
filterResources();
