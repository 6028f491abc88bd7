"use strict";
// Everything here is optional: the page is complete without its script.
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  $$("[data-script]").forEach((element) => { element.hidden = false; });

  // Search and filters over everything; their state is in the URL.
  const box = $("#words");
  const choices = $$("[data-filter]");
  const parts = $$("[data-f]");
  const texts = new Map();
  const textOf = (part) => {
    if (!texts.has(part)) texts.set(part, part.textContent.toLowerCase());
    return texts.get(part);
  };
  const holds = (ranges, number) => ranges.split(" ").some((range) => {
    const [first, last = first] = range.split("-");
    return range && Number(first) <= number && number <= Number(last);
  });
  const fitsChoice = (part, name, value) => {
    const said = part.getAttribute(`data-f${name}`);
    return said === "*" || holds(said, Number(value));
  };
  const filter = () => {
    const wanted = box.value.trim().toLowerCase();
    const chosen = choices.filter((choice) => choice.value);
    const on = Boolean(wanted || chosen.length);
    // A row names a few of its operations and checks; its attributes know all of them.
    const named = choices.filter((choice) => "co".includes(choice.dataset.filter))
      .map((choice) => [choice.dataset.filter, [...choice.options].find((o) => o.value && o.text.toLowerCase() === wanted)])
      .find(([, option]) => option);
    const says = (part) => textOf(part).includes(wanted) || (named && fitsChoice(part, named[0], named[1].value));
    const wants = (part) => (!wanted || says(part))
      && chosen.every((choice) => fitsChoice(part, choice.dataset.filter, choice.value));
    // In a drawing, an attribute of SVG: what does not fit is pale there, and keeps its place.
    parts.forEach((part) => { part.toggleAttribute("hidden", on && !wants(part)); });
    $$("tbody[data-section]").forEach((body) => {
      body.hidden = on && !$$("[data-f]", body).some((row) => !row.hidden);
    });
    const counted = $$("[data-searched]").map((section) => {
      const own = $$("[data-f]:not([data-again])", section);
      const shown = own.filter((part) => !part.hidden);
      section.classList.toggle("empty", on && $$("[data-f]", section).every((part) => part.hasAttribute("hidden")));
      if (on && shown.length <= 20) {
        shown.forEach((part) => {
          const group = part.parentElement.closest("details");
          if (group) group.open = true;
        });
      }
      return own.length ? `${shown.length} of ${own.length} ${section.dataset.searched}` : "";
    });
    const said = chosen.map((choice) => `${choice.parentElement.firstChild.data.trim().toLowerCase()} ${choice.selectedOptions[0].text}`);
    if (wanted) said.unshift(`“${box.value.trim()}”`);
    const note = $("#filtered");
    note.hidden = !on;
    note.textContent = on ? `Only what fits ${said.join(", ")}: ${counted.filter(Boolean).join(", ")}.` : "";
    $("#filter-count").textContent = chosen.length ? `(${chosen.length})` : "";
    $("#filter-clear").hidden = !on;
    return on;
  };
  const remember = () => {
    const state = new URLSearchParams();
    if (box.value.trim()) state.set("q", box.value.trim());
    choices.forEach((choice) => {
      if (choice.value) state.set(choice.dataset.filter, choice.selectedOptions[0].text);
    });
    const query = state.toString();
    try {
      history.replaceState(null, "", `${location.pathname}${query ? `?${query}` : ""}${location.hash}`);
    } catch { /* a page without an address of its own */ }
  };
  const changed = () => { filter(); remember(); };
  if (box) {
    const given = new URLSearchParams(location.search);
    box.value = given.get("q") || "";
    choices.forEach((choice) => {
      const named = [...choice.options].find((option) => option.text === given.get(choice.dataset.filter));
      if (named) choice.value = named.value;
    });
    filter();
    let waiting = 0;
    box.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(changed, 120); });
    choices.forEach((choice) => choice.addEventListener("change", changed));
    $("#filter-clear").addEventListener("click", () => {
      box.value = "";
      choices.forEach((choice) => { choice.value = ""; });
      changed();
      box.focus();
    });
    addEventListener("keydown", (event) => {
      const writing = event.target.closest("input, select, textarea, dialog");
      if (event.key === "/" && !writing && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        box.focus();
        box.select();
      }
      if (event.key === "Escape" && event.target.closest("details.filters")) {
        $("details.filters").open = false;
        $("details.filters > summary").focus();
      }
    });
  }

  // Open or close everything.
  $$("[data-fold]").forEach((button) => button.addEventListener("click", () => {
    const open = button.dataset.fold === "open";
    $$("main section details").forEach((element) => { element.open = open; });
  }));

  // A link into a closed section opens it.
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let node = target; node; node = node.parentElement) {
      if (node.tagName === "DETAILS") node.open = true;
      if (node.matches("[data-f], [data-section]")) node.hidden = false;
    }
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  // Copy.
  $$("[data-copy]").forEach((button) => button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = "Copied";
    } catch {
      const range = document.createRange();
      range.selectNodeContents(source);
      const selection = getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
      button.textContent = "Selected: press Ctrl+C";
    }
  }));

  // Evidence: gzip chunks, unpacked on demand, shown as plain text.
  const chunks = $$("script[data-chunk]");
  const unpacked = new Map();
  const rowsOf = (index) => {
    if (!unpacked.has(index)) {
      const bytes = Uint8Array.from(atob(chunks[index].textContent.trim()), (c) => c.charCodeAt(0));
      const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
      unpacked.set(index, new Response(stream).json());
    }
    return unpacked.get(index);
  };
  // JSON is laid out token by token, so that numbers, escapes and double keys stay as they came.
  const layOut = (message) => {
    const end = message.indexOf("\n\n");
    const body = message.slice(end + 2);
    if (end < 0 || !/^\s*[{[]/.test(body)) return message;
    try { JSON.parse(body); } catch { return message; }
    let depth = 0;
    const tokens = body.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g);
    const laid = tokens.map((token, index) => {
      const indent = (by) => `\n${"  ".repeat(Math.min(depth += by, 40))}`;
      if (token === ",") return `,${indent(0)}`;
      if (token === ":") return ": ";
      if ("{[".includes(token)) return "}]".includes(tokens[index + 1]) ? (depth += 1, token) : token + indent(1);
      if ("}]".includes(token)) return "{[".includes(tokens[index - 1]) ? (depth -= 1, token) : indent(-1) + token;
      return token;
    });
    return `${message.slice(0, end)}\n\n${laid.join("")}`;
  };
  const viewer = $("#viewer");
  const show = (row) => {
    const [id, title, about, request, response] = row;
    $("#viewer-title").textContent = title;
    $("#viewer-about").textContent = `${id} · ${about}`;
    $("#viewer-request").textContent = layOut(request);
    $("#viewer-response").textContent = layOut(response);
    if (!viewer.open) viewer.showModal();
  };
  if (viewer && chunks.length && "DecompressionStream" in window) {
    $$("button[data-exchange]").forEach((button) => {
      button.hidden = false;
      button.addEventListener("click", async () => {
        const found = (await rowsOf(Number(button.dataset.chunkIndex)))
          .find((row) => row[0] === button.dataset.exchange);
        if (found) show(found);
      });
    });
    $("#viewer-close").addEventListener("click", () => viewer.close());

    const PAGE = 50;
    const box = $("#evidence-words");
    const list = $("#evidence-list");
    const count = $("#evidence-count");
    const more = $("#evidence-more");
    let matches = [];
    let listed = 0;
    const extend = () => {
      matches.slice(listed, listed + PAGE).forEach((row) => {
        const item = document.createElement("li");
        const button = document.createElement("button");
        button.type = "button";
        button.className = "row";
        button.textContent = row[1];
        const note = document.createElement("small");
        note.textContent = row[2];
        button.append(note);
        button.addEventListener("click", () => show(row));
        item.append(button);
        list.append(item);
      });
      listed = Math.min(listed + PAGE, matches.length);
      more.hidden = listed >= matches.length;
      count.textContent = `${listed} of ${matches.length} exchanges listed`;
    };
    const search = async () => {
      const wanted = box.value.trim().toLowerCase();
      const all = (await Promise.all(chunks.map((_, index) => rowsOf(index)))).flat();
      matches = wanted
        ? all.filter((row) => row.some((text) => text.toLowerCase().includes(wanted)))
        : all;
      listed = 0;
      list.replaceChildren();
      extend();
    };
    let timer = 0;
    const searchSoon = () => { clearTimeout(timer); timer = setTimeout(search, 150); };
    box.addEventListener("input", searchSoon);
    // Words that are sought on the page are sought in the exchanges too, as soon as they are open.
    const follow = () => {
      box.value = $("#words").value;
      if ($("#evidence").open) searchSoon();
    };
    $("#words").addEventListener("input", follow);
    $("#filter-clear").addEventListener("click", follow);
    follow();
    more.addEventListener("click", extend);
    $("#evidence").addEventListener("toggle", () => { if (!listed) search(); });
    $("#evidence").hidden = false;
  }
})();
