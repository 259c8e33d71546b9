// What a change does: its cost line by line, and each input that differs.
const signedMoney = (amount) => `${amount > 0 ? "+" : amount < 0 ? "−" : ""}${money(Math.abs(amount))}`;

if (byId("change-costs")) {
  new PagedTable(byId("change-costs"), {
    caption: `Lines of the estimate that differ, in ${DATA.currency} a month`,
    size: 15,
    columns: [
      { title: "what", by: (row) => row.what, cell: (row) => [row.what, element("br"), element("small", {}, `${row.component}: ${row.quantity}`)] },
      { title: "before", number: true, by: (row) => row.before, cell: (row) => money(row.before) },
      { title: "after", number: true, by: (row) => row.after, cell: (row) => money(row.after) },
      { title: "change", number: true, by: (row) => row.change, cell: (row) => signedMoney(row.change) },
    ],
  }).show(DATA.changes.costs);
}

if (byId("change-rows")) {
  const code = (text) => (text ? element("code", {}, text) : "");
  const table = new PagedTable(byId("change-rows"), {
    caption: "Resources and inputs that differ",
    size: 25,
    columns: [
      { title: "resource", by: (row) => row.name, cell: (row) => [row.resource < 0 ? row.name
        : resourceButton(DATA.resources[row.resource], row.name), element("br"), element("small", {}, row.type)] },
      { title: "change", by: (row) => row.event, cell: (row) => [row.event, row.why ? element("br") : "", row.why ? element("small", {}, row.why) : ""] },
      { title: "input", by: (row) => row.path, cell: (row) => code(row.path) },
      { title: "before", cell: (row) => code(row.before) },
      { title: "after", cell: (row) => code(row.after) },
    ],
  });
  const filter = () => {
    const event = document.querySelector("input[name=event]:checked").value;
    table.show(DATA.changes.rows.filter((row) => !event || row.event === event));
  };
  document.querySelectorAll("input[name=event]").forEach((each) => each.addEventListener("input", filter));
  filter();
}
