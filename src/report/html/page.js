"use strict";
(() => {
  const { texts, cases, details, changed, known } = JSON.parse(document.getElementById("data").textContent);
  const [ID, VERDICT, OPERATION, TRIES, MICROS, PARAMETER, RULE, PLACES] = [0, 1, 2, 3, 4, 5, 6, 7];
  const STEP = 200;
  const at = (id) => document.getElementById(id);
  const list = at("list"), more = at("more"), shown = at("shown"), rest = at("rest");
  const inputs = { search: at("search"), verdict: at("verdict"), operation: at("operation"), parameter: at("parameter"), rule: at("rule"), kind: at("kind") };
  let promise = null, found = [], drawn = 0;

  const element = (name, attributes, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };

  const choices = (select, column) => {
    const values = [...new Set(cases.map((each) => texts[each[column]]))].filter((text) => text).sort();
    select.append(...values.map((text) => element("option", {}, text)));
  };
  choices(inputs.parameter, PARAMETER);
  choices(inputs.rule, RULE);

  const comparison = (departure) => {
    const grid = element("div", { class: "compare" });
    for (const head of ["", "expected", "received"]) grid.append(element("span", { class: "head" }, head));
    for (const line of departure.lines) {
      grid.append(
        element("span", { class: "aspect" }, line.aspect + (line.differs ? " ≠" : "")),
        element(line.differs ? "ins" : "span", { "data-label": "expected" }, line.promised || "–"),
        element(line.differs ? "del" : "span", { "data-label": "received" }, line.received || "–"),
      );
    }
    return [
      element("blockquote", {}, departure.promise.sentence),
      element("p", { class: "faint" }, `${departure.promise.place} (${departure.promise.rule})`),
      grid,
    ];
  };

  const copy = (text) => {
    const button = element("button", { type: "button" }, "Copy");
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text);
        button.textContent = "Copied";
      } catch {
        const range = document.createRange();
        range.selectNodeContents(button.nextElementSibling);
        getSelection().removeAllRanges();
        getSelection().addRange(range);
        button.textContent = "Selected";
      }
    });
    return button;
  };

  const exchange = (each) => [
    element("p", {}, element("strong", {}, each.tried ? "Tested" : each.operation), ` `,
      element("span", { class: "faint" }, `${(each.micros / 1000).toFixed(1)} ms`)),
    copy(each.curl), element("pre", {}, each.curl), element("pre", {}, "→ " + each.answer),
  ];

  const inside = (index) => {
    const each = cases[index], detail = details[index];
    const made = [element("p", {}, element("a", { href: "#case=" + encodeURIComponent(each[ID]) }, "Link to this case"), ` `,
      element("span", { class: "faint" }, `${(each[MICROS] / 1000).toFixed(1)} ms`))];
    if (known[each[ID]]) made.push(element("p", { class: "warning" }, "Known failure: " + known[each[ID]]));
    if (changed[each[ID]]) made.push(element("p", {}, "The response differs from the accepted one:"), element("pre", {}, changed[each[ID]]));
    if (!detail) {
      made.push(element("p", { class: "faint" }, "Requests and responses are left out to limit the size of this file; see the event stream."));
      return made;
    }
    made.push(element("p", {}, element("span", { class: "faint" }, "sends "), element("code", {}, detail.sends)));
    made.push(element("p", {}, element("span", { class: "faint" }, "expects "), element("code", {}, detail.expects)));
    if (detail.reason) made.push(element("p", { class: "warning" }, detail.reason));
    for (const departure of detail.departures || []) made.push(...comparison(departure));
    for (const note of detail.notes || []) made.push(element("p", { class: "faint" }, note));
    for (const each of detail.exchanges) made.push(...exchange(each));
    return made;
  };

  const row = (index) => {
    const each = cases[index];
    const made = element("details", { class: "case", "data-id": each[ID] },
      element("summary", {}, element("span", { class: "mark " + each[VERDICT] }, each[VERDICT]), " ",
        ...(known[each[ID]] ? [element("span", { class: "mark untried" }, "known"), " "] : []),
        ...(changed[each[ID]] ? [element("span", { class: "mark open" }, "changed"), " "] : []),
        element("code", {}, each[ID]), " ", element("span", { class: "faint" }, texts[each[TRIES]])));
    made.addEventListener("toggle", () => {
      if (made.open && made.children.length === 1) made.append(element("div", {}, ...inside(index)));
    });
    return made;
  };

  const draw = () => {
    const next = found.slice(drawn, drawn + STEP);
    list.append(...next.map(row));
    drawn += next.length;
    more.hidden = drawn >= found.length;
    rest.textContent = more.hidden ? "" : `Showing the first ${drawn} of ${found.length} cases.`;
  };

  const filter = () => {
    const words = inputs.search.value.toLowerCase().split(/\s+/).filter((word) => word);
    const place = promise ? texts.indexOf(promise.place) : -1;
    found = [];
    cases.forEach((each, index) => {
      if (inputs.verdict.value && each[VERDICT] !== inputs.verdict.value) return;
      if (inputs.operation.value && texts[each[OPERATION]] !== inputs.operation.value) return;
      if (inputs.parameter.value && texts[each[PARAMETER]] !== inputs.parameter.value) return;
      if (inputs.rule.value && texts[each[RULE]] !== inputs.rule.value) return;
      if (inputs.kind.value && !(inputs.kind.value === "known" ? known : changed)[each[ID]]) return;
      if (promise && !each[PLACES].includes(place)) return;
      const text = (each[ID] + " " + texts[each[TRIES]]).toLowerCase();
      if (words.every((word) => text.includes(word))) found.push(index);
    });
    // What failed stands first; the order of the plan stays otherwise.
    found.sort((one, other) => (cases[one][VERDICT] === "pass") - (cases[other][VERDICT] === "pass"));
    list.replaceChildren();
    drawn = 0;
    shown.textContent = `${found.length} of ${cases.length} cases` + (promise ? ` for ${promise.place}` : "");
    draw();
  };

  const clear = () => {
    promise = null;
    for (const input of Object.values(inputs)) input.value = "";
  };

  // What cannot be decoded stands for nothing.
  const decoded = (raw) => {
    try {
      return decodeURIComponent(raw);
    } catch {
      return undefined;
    }
  };

  const follow = () => {
    const [key, raw] = location.hash.slice(1).split(/=(.*)/s);
    // Back at the address without a choice, everything is shown again.
    if (!key) {
      clear();
      filter();
      return;
    }
    const value = raw === undefined ? undefined : decoded(raw);
    if (value === undefined) return;
    clear();
    if (key === "promise") {
      const [operation, place] = value.split(/\|(.*)/s);
      inputs.operation.value = operation;
      promise = { place };
    } else if (key === "case") {
      inputs.search.value = value;
    } else if (Object.hasOwn(inputs, key)) {
      inputs[key].value = value;
    } else {
      return;
    }
    filter();
    at("cases").scrollIntoView();
    const exact = [...list.children].find((each) => each.dataset.id === value);
    if (exact) exact.open = true;
    // The next key goes on from what was asked for.
    (exact ? exact.querySelector("summary") : shown).focus({ preventScroll: true });
  };

  // All that was found is printed, as far as paper makes sense, and what is folded is unfolded.
  const PRINTED = 2000;
  let unfolded = [];
  addEventListener("beforeprint", () => {
    while (drawn < Math.min(found.length, PRINTED)) draw();
    unfolded = [...document.querySelectorAll("header details:not([open]), .page details:not([open])")];
    for (const each of unfolded) each.open = true;
  });
  addEventListener("afterprint", () => {
    for (const each of unfolded) each.open = false;
    unfolded = [];
  });

  for (const input of Object.values(inputs)) input.addEventListener("input", () => { promise = null; filter(); });
  at("filters").addEventListener("submit", (event) => event.preventDefault());
  at("reset").addEventListener("click", (event) => { event.preventDefault(); clear(); history.replaceState(null, "", "#cases"); filter(); });
  more.addEventListener("click", draw);
  addEventListener("hashchange", follow);
  // The same link again is no other address, and is followed all the same.
  addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (link && link.getAttribute("href") === location.hash) follow();
  });
  filter();
  follow();
})();
