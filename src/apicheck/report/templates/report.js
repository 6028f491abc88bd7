"use strict";
// Everything here is optional: the page is complete without its script.
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  $$("[data-script]").forEach((element) => { element.hidden = false; });

  // Filter of the clause matrix.
  const rows = $$("tr[data-verdict]");
  const words = $("#clause-words");
  const choice = $("#clause-verdict");
  const shownCount = $("#clause-count");
  const filter = () => {
    const wanted = words.value.trim().toLowerCase();
    let shown = 0;
    rows.forEach((row) => {
      const fits = (!choice.value || row.dataset.verdict === choice.value)
        && (!wanted || row.textContent.toLowerCase().includes(wanted));
      row.hidden = !fits;
      if (fits) shown += 1;
    });
    $$("tbody[data-section]").forEach((body) => {
      body.hidden = !$$("tr[data-verdict]", body).some((row) => !row.hidden);
    });
    shownCount.textContent = `${shown} of ${rows.length} clauses shown`;
  };
  if (words && choice) {
    words.addEventListener("input", filter);
    choice.addEventListener("change", filter);
  }

  // Open or close everything.
  $$("[data-fold]").forEach((button) => button.addEventListener("click", () => {
    const open = button.dataset.fold === "open";
    $$("main details").forEach((element) => { element.open = open; });
  }));

  // A link into a closed section opens it.
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let node = target; node; node = node.parentElement) {
      if (node.tagName === "DETAILS") node.open = true;
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
  const viewer = $("#viewer");
  const show = (row) => {
    const [id, title, about, request, response] = row;
    $("#viewer-title").textContent = title;
    $("#viewer-about").textContent = `${id} · ${about}`;
    $("#viewer-request").textContent = request;
    $("#viewer-response").textContent = response;
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
    box.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(search, 150); });
    more.addEventListener("click", extend);
    $("#evidence").addEventListener("toggle", () => { if (!listed) search(); });
    $("#evidence").hidden = false;
  }
})();
