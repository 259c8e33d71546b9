// A table of which one page is in the document, however many rows there are. Columns say how a row reads and sorts.
class PagedTable {
  constructor(host, { caption, columns, size = 50, empty = "Nothing matches.", sort = null, foot = null }) {
    Object.assign(this, { host, columns, size, empty, foot, page: 0, rows: [], sort });
    this.caption = element("caption", {}, caption);
    this.head = element("thead");
    this.body = element("tbody");
    this.footer = element("tfoot");
    const table = element("table", {}, this.caption, this.head, this.body, this.footer);
    this.where = element("span", { role: "status" });
    this.back = element("button", { type: "button", class: "quiet", onclick: () => this.turn(-1) }, "Previous");
    this.next = element("button", { type: "button", class: "quiet", onclick: () => this.turn(1) }, "Next");
    this.pager = element("div", { class: "pager" }, this.where, this.back, this.next);
    const scroll = element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption }, table);
    host.replaceChildren(scroll, this.pager);
    this.drawHead();
  }

  show(rows) {
    this.rows = this.sorted(rows);
    this.page = 0;
    this.draw();
  }

  sorted(rows) {
    if (!this.sort) return rows;
    const { by } = this.columns[this.sort.column];
    const sign = this.sort.down ? -1 : 1;
    const compare = (a, b) => {
      const [left, right] = [by(a), by(b)];
      if (left === right) return 0;
      // What has no value comes last, whichever way the others are sorted.
      if (left === null || left === undefined) return 1;
      if (right === null || right === undefined) return -1;
      return sign * (typeof left === "number" ? left - right : left < right ? -1 : 1);
    };
    return [...rows].sort(compare);
  }

  turn(by) {
    this.page += by;
    this.draw();
    this.host.firstChild.scrollTop = 0;
  }

  order(column) {
    const down = this.sort && this.sort.column === column ? !this.sort.down : Boolean(this.columns[column].number);
    this.sort = { column, down };
    this.drawHead();
    this.show(this.rows);
  }

  drawHead() {
    const focused = this.head.contains(document.activeElement)
      ? [...this.head.querySelectorAll("button")].indexOf(document.activeElement) : -1;
    const cells = this.columns.map((column, position) => {
      const own = this.sort && this.sort.column === position;
      const order = own ? (this.sort.down ? "descending" : "ascending") : null;
      const label = column.by
        ? element("button", { type: "button", onclick: () => this.order(position) },
          column.title, own ? (this.sort.down ? " ↓" : " ↑") : "")
        : column.title;
      return element("th", { scope: "col", class: column.number ? "n" : null, "aria-sort": order }, label);
    });
    this.head.replaceChildren(element("tr", {}, ...cells));
    if (focused >= 0) this.head.querySelectorAll("button")[focused].focus();
  }

  draw() {
    const pages = Math.max(1, Math.ceil(this.rows.length / this.size));
    this.page = Math.min(Math.max(0, this.page), pages - 1);
    const start = this.page * this.size;
    const shown = this.rows.slice(start, start + this.size);
    const rows = shown.map((row) => element("tr", {}, ...this.columns.map((column, position) => {
      const content = column.cell(row);
      const kind = column.number ? "n" : column.bar ? "bar-cell" : null;
      return element(position ? "td" : "th", { scope: position ? null : "row", class: kind }, ...[content].flat());
    })));
    const nothing = element("tr", {}, element("td", { colspan: this.columns.length, class: "empty" }, this.empty));
    this.body.replaceChildren(...(rows.length ? rows : [nothing]));
    const foot = this.foot ? this.foot(this.rows) : null;
    this.footer.replaceChildren(...(foot ? [foot] : []));
    this.where.textContent = this.rows.length
      ? `${whole.format(start + 1)}–${whole.format(start + shown.length)} of ${whole.format(this.rows.length)}` : "";
    this.pager.hidden = pages === 1;
    this.back.disabled = this.page === 0;
    this.next.disabled = this.page === pages - 1;
  }
}

function shareBar(share) {
  return drawing("svg", { viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
    drawing("rect", { width: Math.max(0, Math.min(1, share)) * 100, height: 8, rx: 1 }));
}
