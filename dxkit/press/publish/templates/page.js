"use strict";
// Everything here is an extra: without it the page reads the same.
(() => {
  const main = document.getElementById("main");
  const make = (name, text, parent) => {
    const element = document.createElement(name);
    if (text) element.textContent = text;
    if (parent) parent.append(element);
    return element;
  };

  // Tables: a button in each heading sorts by its column; the row of totals stays last.
  const sortValue = (row, column) => {
    const cell = row.cells[column];
    const number = cell.querySelector("data");
    return number ? Number(number.value) : cell.classList.contains("number") ? null : cell.textContent.trim();
  };
  const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), document.documentElement.lang));
  const sortable = (table) => {
    const body = table.tBodies[0];
    if (!table.tHead || body.rows.length < 2 || table.closest("details:not(.aside), figure, .spine")) return;
    [...table.tHead.rows[0].cells].forEach((heading, column) => {
      const button = make("button");
      button.type = "button";
      button.title = main.dataset.sort;
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const first = heading.classList.contains("number") ? "descending" : "ascending";
        const second = first === "ascending" ? "descending" : "ascending";
        const order = heading.getAttribute("aria-sort") === first ? second : first;
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        heading.setAttribute("aria-sort", order);
        const rows = [...body.rows].filter((row) => !row.classList.contains("total"));
        const totals = [...body.rows].filter((row) => row.classList.contains("total"));
        const keyed = rows.map((row) => [sortValue(row, column), row]);
        keyed.sort(([a], [b]) => (a === null) - (b === null) || (a === null ? 0 : (order === "ascending" ? 1 : -1) * compare(a, b)));
        body.append(...keyed.map(([, row]) => row), ...totals);
      });
    });
  };
  main.querySelectorAll(".table table").forEach(sortable);

  // .chart: its numbers as a file for a spreadsheet, as they stand in the table; nothing is fetched.
  const language = document.documentElement.lang;
  const between = (1.5).toLocaleString(language)[1] === "," ? ";" : ",";
  const field = (cell) => {
    const text = cell.textContent.trim();
    const isNumber = /^[+\u2212]?\d[\d.,]*%?$/.test(text);
    const safe = isNumber ? text.replace("\u2212", "-") : text.replace(/^[=+@-]/, "'$&");
    return `"${safe.replaceAll('"', '""')}"`;
  };
  main.querySelectorAll("figure details:has(table)").forEach((folded) => {
    const button = make("button", main.dataset.save, folded);
    button.type = "button";
    button.className = "save";
    button.addEventListener("click", () => {
      const rows = [...folded.querySelectorAll("tr")].map((row) => [...row.cells].map(field).join(between));
      const link = make("a");
      link.href = URL.createObjectURL(new Blob(["\ufeff" + rows.join("\r\n") + "\r\n"], { type: "text/csv" }));
      link.download = `${folded.closest("figure").id}.csv`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });
  });

  // What scrolls sideways is reached by the keyboard, under the name of its table or chart.
  const boxes = [...main.querySelectorAll(".table, .drawing")];
  const fit = () => boxes.forEach((box) => {
    const title = box.querySelector("caption") || box.closest("figure")?.querySelector("figcaption");
    if (!title) return;
    const scrolls = box.scrollWidth > box.clientWidth;
    for (const [name, value] of [["tabindex", "0"], ["role", "group"], ["aria-label", title.textContent]]) {
      if (scrolls) box.setAttribute(name, value); else box.removeAttribute(name);
    }
  });
  fit();
  window.addEventListener("resize", fit);
  main.addEventListener("toggle", fit, true);

  // .search: rows whose text holds what is typed, with or without accents.
  const bare = (text) => text.replace(/\s+/g, " ").normalize("NFD").replace(/\p{M}/gu, "").replace(/\u0111/gi, "d").toLowerCase();
  main.querySelectorAll(".search").forEach((place) => {
    const list = document.getElementById(place.dataset.rows);
    const rows = [...list.querySelectorAll("tbody tr")];
    const label = make("label", main.dataset.search, place);
    const input = make("input", "", label);
    input.type = "search";
    const shown = new Set(rows.map((row) => row.cells[0].textContent));
    const members = [...list.querySelectorAll(".members li")].flatMap((line) => {
      const [page, names] = line.children;
      const own = shown.has(page.textContent) ? [] : [[bare(page.textContent), "", page]];
      return own.concat((names ? names.textContent.split("; ") : []).map((name) => [bare(name), name, page]));
    });
    const drawn = list.querySelector(".found");
    const nothing = make("p", "", place);
    nothing.setAttribute("role", "status");
    input.addEventListener("input", () => {
      const wanted = bare(input.value.trim());
      let found = 0;
      for (const row of rows) {
        row.hidden = !bare(row.textContent).includes(wanted);
        found += !row.hidden;
      }
      const hits = wanted ? members.filter(([name]) => name.includes(wanted)) : [];
      drawn?.replaceChildren();
      for (const [, name, page] of hits.slice(0, 50)) {
        const item = make("li", name && name + " (", drawn);
        item.append(page.cloneNode(true), name && ")");
      }
      if (hits.length > 50) make("li", "…", drawn);
      found += hits.length;
      nothing.textContent = found ? "" : main.dataset.none;
    });
  });

  // Numbers: how each was made and from which cells.
  const store = document.getElementById("traces");
  if (!store) return;
  const { facts: lines, sheets, marks, own, words } = JSON.parse(store.textContent);
  const list = (text, mark) => (text ? text.split(mark) : []);
  let whole = [];
  const facts = lines.split("\n").map((line, number) => {
    const entry = line.split("|");
    whole = entry.concat(whole.slice(entry.length));  // what is left out is as before it
    const [text, unit, cells, inputs, subject, reservations, kind, method, period] = whole;
    const parts = [words.periods[period], words.units[unit], words.subjects[subject], words.kinds[kind]];
    return {
      text, parts, cells: list(cells, ";"), inputs: list(inputs, " ").map((further) => number + Number(further)),
      marks: marks[reservations], method: words.methods[method][1],
    };
  });
  const numberOf = new Map(facts.map(({ parts }, number) => [parts.map(([id]) => id).join("/"), number]));
  const box = make("div", "", document.body);
  box.id = "trace";
  box.setAttribute("role", "tooltip");
  box.hidden = true;
  let open = null;

  const nameOf = ({ parts }) => {
    const [period, unit, subject, kind] = parts.map(([, name]) => name);
    return `${subject}, ${kind} (${unit}, ${period})`;
  };
  const describe = (fact, parent) => {
    make("p", fact.method, parent);
    if (fact.inputs.length) {
      const list = make("ul", "", parent);
      for (const input of fact.inputs.map((number) => facts[number])) {
        const item = make("li", "", list);
        make("b", input.text, item);
        item.append(" " + (fact.inputs.length > 6 ? input.parts[2][1] : nameOf(input)));
        if (fact.inputs.length < 7) cellList(input.cells, item);
      }
    } else if (fact.cells.length) cellList(fact.cells, parent);
    else if (!own.includes(fact.parts[1][0])) make("p", words.all_senders, parent);
    for (const mark of fact.marks) make("p", words.marks[mark], parent).className = "note";
  };
  const cellList = (cells, parent) => {
    for (const cell of cells) {
      const [sheet, ...ranges] = cell.split(" ");
      make("p", `${words.cells}: ${sheets[sheet]}: ${ranges.join(" ")}`, parent).className = "place";
    }
  };
  const show = (fact) => {
    const number = numberOf.get(fact.dataset.fact);
    if (number === undefined) return;
    hide();
    open = fact;
    fact.classList.add("open");
    fact.setAttribute("aria-describedby", "trace");
    box.replaceChildren();
    const title = make("p", "", box);
    const made = facts[number];
    const text = fact.textContent.trim();
    make("b", made.text === text + "%" ? made.text : text, title);
    title.append(": " + nameOf(made));
    describe(made, box);
    box.hidden = false;
    const at = fact.getBoundingClientRect();
    const width = box.offsetWidth;
    const height = box.offsetHeight;
    const wide = document.documentElement.clientWidth;
    const high = document.documentElement.clientHeight;
    box.style.left = `${Math.max(0, Math.min(at.left, wide - width))}px`;
    const below = at.bottom + 8 + height < high;
    box.style.bottom = "auto";
    box.style.top = below ? `${at.bottom + 8}px` : `${Math.max(0, at.top - 8 - height)}px`;
  };
  const hide = () => {
    if (!open) return;
    open.classList.remove("open");
    open.removeAttribute("aria-describedby");
    open = null;
    box.hidden = true;
  };
  let waiting = 0;
  const factAt = (event) => event.target.closest(".fact");
  document.addEventListener("mouseover", (event) => {
    clearTimeout(waiting);
    if (box.contains(event.target)) return;
    const fact = factAt(event);
    waiting = setTimeout(() => (fact ? show(fact) : document.activeElement !== open && hide()), fact ? 120 : 300);
  });
  document.addEventListener("click", (event) => {
    const fact = factAt(event);
    if (fact) { clearTimeout(waiting); show(fact); } else if (!box.contains(event.target)) hide();
  });
  document.addEventListener("focusin", (event) => { const fact = factAt(event); if (fact) show(fact); else hide(); });
  window.addEventListener("resize", hide);  // its place was for the old width
  document.addEventListener("scroll", () => { if (open && document.activeElement !== open) hide(); }, { passive: true });

  // One tab stop for the numbers of each section; the arrow keys go from number to number.
  const visible = (fact) => fact.checkVisibility();
  main.querySelectorAll("section, header, figure").forEach((section) => {
    const numbers = [...section.querySelectorAll("data.fact")].filter((fact) => fact.closest("section, header, figure") === section);
    numbers.forEach((fact, place) => {
      fact.tabIndex = place ? -1 : 0;
    });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return hide();
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const here = document.activeElement;
    if (!step || !here.matches("data.fact")) return;
    const section = here.closest("section, header, figure");
    const numbers = [...section.querySelectorAll("data.fact[tabindex]")].filter(visible);
    const next = numbers[numbers.indexOf(here) + step];
    if (!next) return;
    event.preventDefault();
    here.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
  document.documentElement.classList.add("ready");
})();
