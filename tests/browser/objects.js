// The object browser beyond single objects: searching all folders, selecting, renaming, moving folders,
// bringing back what was deleted, going from one object to the next, and not replacing anything unasked.
"use strict";

const fs = require("node:fs");
const { NARROW, WIDE, assert, check, member, routed, go, settled, keepBack, toast, accessible, api, unique, main } = require("./browser.js");

const TEXT = { "content-type": "text/plain" };
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const inDialog = (page) => page.locator("dialog[open]").last();
const answer = (page, name) => inDialog(page).getByRole("button", { name, exact: true }).click();
const shown = (page) => page.locator(".view .open").allTextContents();

async function filled(keys, options = {}) {
  const { call, put } = await api();
  const name = unique("objects");
  await call("POST", "buckets", { name, ...options });
  for (const key of keys) await put(name, key, key, TEXT);
  const all = async () => (await call("GET", `buckets/${name}/objects?limit=1000`)).items.map((each) => each.key);
  return { name, call, put, all };
}

check("a_word_is_found_in_all_folders", async () => {
  const { name, put } = await filled(["report.txt", "2025/q1/Report-final.txt", "2025/q2/notes.txt", "deep/er/still/annual-report.pdf"]);
  // More than a page of others in front: a search goes on by itself.
  let next = 0;
  await Promise.all(Array.from({ length: 16 }, async () => {
    while (next < 1200) await put(name, `aaa/${String(next++).padStart(5, "0")}`, "x");
  }));
  const { page, close } = await member();
  await go(page, `/bucket?name=${name}`);
  await page.getByLabel("How to search").selectOption("contains");
  await page.getByLabel("Search here").fill("report");
  await page.waitForSelector(".foot:has-text('3 found in 1,204 keys')");
  assert.deepEqual(await shown(page), ["2025/q1/Report-final.txt", "deep/er/still/annual-report.pdf", "report.txt"]);
  await accessible(page, "search-wide");
  await page.setViewportSize(NARROW);
  await accessible(page, "search-narrow");
  await page.locator(".open", { hasText: "annual" }).click();
  await page.waitForSelector("dialog h2:text-is('annual-report.pdf')");
  await page.keyboard.press("Escape");
  await page.getByLabel("Search here").fill("nowhere to be found");
  await page.waitForSelector("text=No key beneath this folder contains");
  await close();
});

check("a_long_folder_is_sorted_and_selected_as_a_whole", async () => {
  const { name, put } = await filled([]);
  let next = 0;
  await Promise.all(Array.from({ length: 16 }, async () => {
    while (next < 2300) {
      const at = next++;
      await put(name, `row-${String(at).padStart(5, "0")}`, "x".repeat(at === 2298 ? 5000 : 1));
    }
  }));
  const { page, close } = await routed();
  const column = (label) => page.locator("[role=columnheader]", { hasText: label }).getByRole("button").click();
  const first = (key) => page.waitForFunction((key) => document.querySelector(".view .open")?.textContent === key, key);
  const foot = (text) => page.locator(".foot", { hasText: text }).waitFor();
  await go(page, `/bucket?name=${name}`);
  await foot("1,000 rows so far; more as you scroll");
  await page.locator("[role=grid]").focus();
  await page.keyboard.press("Control+a");
  await page.waitForSelector(".chosen:has-text('1,000 selected: all that are loaded')");
  await accessible(page, "selected-here");
  await press(page, "Select all there are");
  await page.waitForSelector(".chosen:has-text('2,300 selected')");
  // The rest comes late: it can be stopped, and is gone on with.
  await page.reload();
  await page.locator(".view .open").first().waitFor();
  const { release } = await keepBack(page, /\/objects\?.*cursor=/);
  await column("Size");
  await foot("Loading all rows: 1,000 so far");
  await accessible(page, "sorting");
  await press(page, "Stop");
  await foot("1,000 rows so far, sorted within these; there are more");
  await page.setViewportSize(NARROW);
  await accessible(page, "sorted-partly-narrow");
  await page.setViewportSize(WIDE);
  await release();
  await foot("2,000 rows so far, sorted within these");
  await press(page, "Load the rest");
  await first("row-02298");
  await foot("2,300 rows");
  await page.locator("[role=grid]").focus();
  await page.keyboard.press("Control+a");
  await page.waitForSelector(".chosen:has-text('2,300 selected')");
  await column("Name");
  await column("Name");
  await first("row-02299");
  // What is opened next is sorted as a whole as well.
  const listed = page.waitForResponse(/\/objects\?.*cursor=/);
  await press(page, "Load again");
  await listed;
  await foot("2,300 rows");
  await first("row-02299");
  await close();
});

check("a_folder_without_an_end_is_sorted_as_far_as_memory_is_bounded", async () => {
  const { name } = await filled([]);
  const { page, close } = await routed();
  let asked = 0;
  await page.route(/\/objects\?/, (route) => {
    const from = Number(new URL(route.request().url()).searchParams.get("cursor") ?? 0);
    const items = Array.from({ length: 1000 }, (_, at) => ({ key: `row-${String(from + at).padStart(7, "0")}`, size: from + at, etag: "e", modified: "2026-11-26T00:00:00Z", storage_class: "STANDARD" }));
    asked += 1;
    return route.fulfill({ json: { items, prefixes: [], next: String(from + 1000) } });
  });
  await go(page, `/bucket?name=${name}`);
  await page.locator("[role=columnheader]", { hasText: "Size" }).getByRole("button").click();
  await page.locator(".foot", { hasText: "The first 100,000 rows, sorted within these" }).waitFor({ timeout: 60_000 });
  await page.waitForSelector(".open:text-is('row-0099999')");
  // To the end and back, and sorted otherwise: it asks for no more. Before it was sorted, it may have looked again.
  const loaded = asked;
  assert.ok(loaded >= 100 && loaded < 110, `${loaded} pages`);
  await page.locator("[role=grid]").focus();
  await page.keyboard.press("End");
  await page.waitForSelector(".open:text-is('row-0000000')");
  assert.equal(asked, loaded);
  await close();
});

check("an_object_is_renamed_by_the_keyboard_and_a_folder_is_moved", async () => {
  const { name, all } = await filled(["draft.txt", "old/a.txt", "old/b/c.txt", "other.txt"]);
  const { page, close } = await member({ expected: [[412, /\/object\/move$/]] });
  await go(page, `/bucket?name=${name}`);
  await page.waitForSelector(".open:text-is('draft.txt')");
  await page.locator("[role=grid]").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("F2");
  await page.waitForSelector("dialog");
  // The ending is not selected: it stays when one types.
  await page.keyboard.type("final");
  assert.equal(await inDialog(page).getByLabel("Name", { exact: true }).inputValue(), "final.txt");
  await accessible(page, "rename");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".open:text-is('final.txt')");
  assert.deepEqual(await all(), ["final.txt", "old/a.txt", "old/b/c.txt", "other.txt"]);
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("role")), "grid");

  await page.getByLabel("Select old/").check();
  await press(page, "Copy or move");
  await inDialog(page).getByLabel("Name", { exact: true }).fill("new");
  await inDialog(page).getByLabel("To the folder").fill("archive");
  await inDialog(page).getByText("/archive/new/").waitFor();
  await answer(page, "Move");
  await toast(page, "2 objects moved");
  assert.deepEqual(await all(), ["archive/new/a.txt", "archive/new/b/c.txt", "final.txt", "other.txt"]);
  await page.locator(".toast:has-text('2 objects moved')").getByRole("button", { name: "Undo" }).click();
  await toast(page, "2 objects are back");
  assert.deepEqual(await all(), ["final.txt", "old/a.txt", "old/b/c.txt", "other.txt"]);

  // What is there is not overwritten unasked, and the dialog says so.
  await page.waitForSelector(".open:text-is('old/')");
  await page.getByLabel("Select final.txt").check();
  await press(page, "Copy or move");
  await inDialog(page).getByLabel("Name", { exact: true }).fill("other.txt");
  await answer(page, "Rename");
  await inDialog(page).getByText("There is an object of this key already").waitFor();
  await page.keyboard.press("Escape");
  // A folder copied beneath itself ends.
  await page.getByLabel("Select final.txt").uncheck();
  await page.getByLabel("Select old/").check();
  await press(page, "Copy or move");
  await inDialog(page).getByLabel("To the folder").fill("old/");
  await answer(page, "Copy");
  await toast(page, "2 objects copied");
  assert.deepEqual(await all(), ["final.txt", "old/a.txt", "old/b/c.txt", "old/old/a.txt", "old/old/b/c.txt", "other.txt"]);
  await close();
});

check("a_folder_that_was_deleted_leaves_list_and_selection_at_once", async () => {
  const { name, all } = await filled(["a/1", "a/2", "b"]);
  const { page, close } = await routed();
  await go(page, `/bucket?name=${name}`);
  await page.getByLabel("Select a/").check();
  await press(page, "Delete");
  await inDialog(page).getByLabel(/^Type “/).fill(name);
  // What is beneath it is asked for without a delimiter; the list itself is not answered any more.
  await page.route(/\/objects\?.*delimiter=/, () => undefined);
  await answer(page, "Delete");
  await toast(page, "2 objects deleted");
  await page.waitForFunction(() => !document.querySelector(".chosen") && ![...document.querySelectorAll(".open")].some((each) => each.textContent === "a/"));
  assert.deepEqual(await all(), ["b"]);
  await close();
});

check("a_move_that_has_overwritten_offers_no_way_back", async () => {
  const { name, all } = await filled(["a", "b", "c"]);
  const { page, close } = await member();
  const move = async (key, to, overwrite) => {
    await go(page, `/bucket?name=${name}&key=${key}&view=copy`);
    await inDialog(page).getByLabel("Under the key").fill(to);
    await inDialog(page).getByLabel("Overwrite what is there").setChecked(overwrite);
    await answer(page, "Move");
    const told = page.locator(".toast", { hasText: `/${to}` }).last();
    await told.waitFor();
    return told.getByRole("button", { name: "Undo" }).count();
  };
  assert.equal(await move("a", "b", true), 0);
  assert.equal(await move("b", "d", false), 1);
  assert.deepEqual(await all(), ["c", "d"]);
  await close();
});

check("shift_selects_from_one_row_to_another", async () => {
  const { name } = await filled(["a", "b", "c", "d", "e"]);
  const { page, close } = await member();
  await go(page, `/bucket?name=${name}`);
  await page.getByLabel("Select b").click();
  await page.getByLabel("Select d").click({ modifiers: ["Shift"] });
  await page.waitForSelector(".chosen:has-text('3 selected')");
  await close();
});

check("what_was_deleted_comes_back_from_its_versions", async () => {
  const { name, call, all } = await filled(["in/a.txt", "in/b.txt", "top.txt"], { versioning: true });
  await call("POST", `buckets/${name}/objects/delete`, { objects: [{ key: "in/a.txt" }, { key: "in/b.txt" }, { key: "top.txt" }] });
  const { page, close } = await member();
  await go(page, `/bucket?name=${name}&tab=versions`);
  await page.getByLabel("Select in/").check();
  await page.getByLabel("Select top.txt").first().check();
  await accessible(page, "versions-chosen");
  await press(page, "Restore");
  await toast(page, "3 objects restored");
  assert.deepEqual(await all(), ["in/a.txt", "in/b.txt", "top.txt"]);
  await close();
});

check("one_goes_from_an_object_to_the_next_and_deletes_it_there", async () => {
  const { name, all } = await filled(["1.txt", "2.txt", "3.txt"], { versioning: true });
  const { page, close } = await member();
  await go(page, `/bucket?name=${name}&key=1.txt`);
  await page.waitForSelector("dialog pre:has-text('1.txt')");
  await page.keyboard.press("ArrowRight");
  await page.waitForSelector("dialog pre:has-text('2.txt')");
  await page.click(".views button:text-is('Details')");
  await press(page, "Next object");
  await page.waitForSelector("dialog dd.key:text-is('3.txt')");
  await page.locator("dialog").getByRole("button", { name: "Delete", exact: true }).click();
  await toast(page, "1 object deleted");
  assert.deepEqual(await all(), ["1.txt", "2.txt"]);
  await page.waitForSelector("dialog h2:text-is('2.txt')");
  await close();
});

check("a_folder_is_begun_and_filled", async () => {
  const { name, all } = await filled(["top.txt"]);
  const { page, close } = await member();
  await go(page, `/bucket?name=${name}`);
  await press(page, "New folder");
  await inDialog(page).getByLabel("Name", { exact: true }).fill("2026/invoices");
  await accessible(page, "new-folder");
  await page.keyboard.press("Enter");
  await page.waitForSelector("text=Nothing here yet");
  await page.locator("input[type=file][multiple]").setInputFiles([{ name: "one.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4") }]);
  await page.waitForSelector(".open:text-is('one.pdf')");
  assert.deepEqual(await all(), ["2026/invoices/one.pdf", "top.txt"]);
  await close();
});

check("an_upload_replaces_nothing_unasked_where_no_versions_are_kept", async () => {
  const { name, call, put } = await filled(["kept.txt"]);
  const { page, close } = await member({ expected: [[412, /\/api\/v1\/s3\//]] });
  await go(page, `/bucket?name=${name}`);
  const file = (text) => ({ name: "kept.txt", mimeType: "text/plain", buffer: Buffer.from(text) });
  const content = () => call("GET", `s3/${name}/kept.txt`);
  await page.locator("input[type=file][multiple]").setInputFiles([file("new")]);
  await page.waitForSelector(".panel:has-text('1 not sent: the name is taken')");
  assert.equal(await content(), "kept.txt");
  await accessible(page, "name-taken");
  await press(page, "Replace kept.txt");
  await page.waitForSelector(".panel:has-text('1 of 1 uploaded')");
  assert.equal(await content(), "new");
  // In parts, too, and what has arrived of them is not sent again.
  const long = (sign) => ({ name: "long.bin", mimeType: "application/octet-stream", buffer: Buffer.alloc(17 << 20, sign) });
  await put(name, "long.bin", "short", TEXT);
  await page.locator("input[type=file][multiple]").setInputFiles([long("z")]);
  await page.getByRole("button", { name: "Replace long.bin" }).waitFor();
  assert.equal(await call("GET", `s3/${name}/long.bin`), "short");
  await press(page, "Replace long.bin");
  // The first may have left the list meanwhile.
  await page.locator(".panel", { hasText: /(1 of 1|2 of 2) uploaded/ }).waitFor();
  assert.equal((await call("GET", `buckets/${name}/object?key=long.bin`)).size, 17 << 20);
  // Where they are kept, there is nothing to ask.
  await call("PUT", `buckets/${name}/config/versioning`, { Status: "Enabled" });
  await page.reload();
  await page.waitForSelector(".open:text-is('kept.txt')");
  await put(name, "kept.txt", "between", TEXT);
  await page.locator("input[type=file][multiple]").setInputFiles([file("newest")]);
  await page.waitForSelector(".panel:has-text('1 of 1 uploaded')");
  assert.equal(await content(), "newest");
  await close();
});

const facts = (call, name, key, version) => call("GET", `buckets/${name}/object?key=${encodeURIComponent(key)}${version ? `&version=${version}` : ""}`);

check("tags_and_details_of_a_selection_are_changed_and_brought_back", async () => {
  const { name, call } = await filled(["a.txt", "b.txt", "in/c.txt", "in/d/e.txt", "left.txt"]);
  await call("PUT", `buckets/${name}/object/tags?key=a.txt`, { tags: { team: "old", keep: "1" } });
  const tagsOf = async () => Object.fromEntries(await Promise.all(["a.txt", "b.txt", "in/c.txt", "in/d/e.txt", "left.txt"].map(async (key) => [key, (await facts(call, name, key)).tags])));
  const before = await tagsOf();
  const { page, close } = await member({ expected: [[400, /\/object\/tags$/]] });
  await go(page, `/bucket?name=${name}`);
  for (const each of ["a.txt", "b.txt", "in/"]) await page.getByLabel(`Select ${each}`).check();
  await press(page, "Change");
  await inDialog(page).getByText("all objects in it are changed").waitFor();
  await inDialog(page).getByLabel("Name", { exact: true }).fill("team");
  await inDialog(page).getByLabel("Value", { exact: true }).fill("blue");
  await accessible(page, "change-tags-wide");
  await answer(page, "Change");
  await toast(page, "Tags of 4 objects changed");
  const blue = { team: "blue" };
  assert.deepEqual(await tagsOf(), { "a.txt": { ...blue, keep: "1" }, "b.txt": blue, "in/c.txt": blue, "in/d/e.txt": blue, "left.txt": {} });
  await page.locator(".toast:has-text('Tags of 4')").getByRole("button", { name: "Undo" }).click();
  await toast(page, "4 objects are as before");
  // The same is said again further down: who waits for it there must not see this one.
  await page.locator(".toast", { hasText: "4 objects are as before" }).getByRole("button", { name: "Close" }).click();
  assert.deepEqual(await tagsOf(), before);

  // One has as many tags as there can be: the others are changed, and it is told which failed and why.
  await call("PUT", `buckets/${name}/object/tags?key=b.txt`, { tags: Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`t${at}`, ""])) });
  await press(page, "Change");
  await inDialog(page).getByLabel("Name", { exact: true }).fill("team");
  await answer(page, "Change");
  await inDialog(page).getByText("1 of 4 did not work").waitFor();
  await inDialog(page).locator(".failed li:has-text('b.txt')").waitFor();
  await accessible(page, "change-failed-wide");
  await page.setViewportSize(NARROW);
  await accessible(page, "change-failed-narrow");
  await page.setViewportSize({ width: 1280, height: 800 });
  await call("PUT", `buckets/${name}/object/tags?key=b.txt`, { tags: {} });
  await answer(page, "Try 1 again");
  await toast(page, "Tags of 1 object changed");
  assert.deepEqual((await tagsOf())["b.txt"], { team: "" });
  await page.waitForFunction(() => !document.querySelector("dialog[open]"));

  await press(page, "Change");
  await answer(page, "Type and metadata");
  await inDialog(page).getByLabel("Value", { exact: true }).fill("text/markdown");
  await answer(page, "One more");
  await inDialog(page).getByLabel("Which").nth(1).selectOption("metadata");
  await inDialog(page).getByLabel("Name", { exact: true }).fill("Author");
  await inDialog(page).getByLabel("Value", { exact: true }).nth(1).fill("anna");
  await accessible(page, "change-details-wide");
  await answer(page, "Change");
  await toast(page, "Details of 4 objects changed");
  for (const key of ["a.txt", "in/d/e.txt"]) {
    const { content_type, metadata, tags } = await facts(call, name, key);
    assert.deepEqual([content_type, metadata, Object.keys(tags).includes("team")], ["text/markdown", { author: "anna" }, true], key);
  }
  assert.equal((await facts(call, name, "left.txt")).content_type, "text/plain");
  await page.locator(".toast:has-text('Details of 4')").getByRole("button", { name: "Undo" }).click();
  await toast(page, "4 objects are as before");
  assert.deepEqual((await facts(call, name, "a.txt")).metadata, {});
  assert.equal((await facts(call, name, "a.txt")).content_type, "text/plain");
  await close();
});

check("who_deletes_from_a_dialog_goes_on_in_the_list_and_is_told", async () => {
  const { name, call } = await filled(["a.txt", "b.txt"], { versioning: true });
  const { page, close } = await member();
  await go(page, `/bucket?name=${name}`);
  // Messages are read out only where their place is there before they are.
  assert.ok(await page.locator(".toasts").last().evaluate((place) => place.matches(":popover-open")));
  await page.locator(".open", { hasText: "a.txt" }).click();
  await inDialog(page).getByText("a.txt").first().waitFor();
  assert.ok(await inDialog(page).locator(".toasts").evaluate((place) => place.matches(":popover-open")));
  await answer(page, "Delete");
  await toast(page, "1 object deleted");
  await page.locator(".open", { hasText: "a.txt" }).waitFor({ state: "detached" });
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => !document.querySelector("dialog[open]"));
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("role")), "grid");
  assert.deepEqual((await call("GET", `buckets/${name}/objects`)).items.map((each) => each.key), ["b.txt"]);
  await close();
});

check("a_selection_is_locked_and_held", async () => {
  const { name, call } = await filled(["a.txt", "b.txt", "in/c.txt"], { object_lock: true });
  const { page, close } = await member({ locale: "de-DE", size: NARROW, expected: [[403, /\/object\/retention$/]] });
  await go(page, `/bucket?name=${name}`);
  for (const each of ["a.txt", "b.txt", "in/"]) await page.getByLabel(`${each} auswählen`, { exact: true }).check();
  await press(page, "Ändern");
  await answer(page, "Rechtliche Sperre");
  await accessible(page, "change-hold-narrow");
  await answer(page, "Ändern");
  await toast(page, "Rechtliche Sperre von 3 Objekten geändert");
  const locks = async () => (await Promise.all(["a.txt", "b.txt", "in/c.txt"].map((key) => facts(call, name, key)))).map(({ lock }) => lock);
  assert.ok((await locks()).every((lock) => lock.legal_hold));
  await page.locator(".toast:has-text('Rechtliche Sperre von 3')").getByRole("button", { name: "Rückgängig" }).click();
  await toast(page, "3 Objekte sind wie zuvor");
  assert.ok((await locks()).every((lock) => !lock.legal_hold));

  await press(page, "Ändern");
  await answer(page, "Auf Zeit sperren");
  await accessible(page, "change-retention-narrow");
  await answer(page, "Ändern");
  await toast(page, "Sperre von 3 Objekten geändert");
  assert.ok((await locks()).every((lock) => lock.mode === "GOVERNANCE" && Date.parse(lock.until) > Date.now() + 25 * 86_400_000));
  // Without being told to, nothing that is locked is unlocked.
  await press(page, "Ändern");
  await answer(page, "Auf Zeit sperren");
  await inDialog(page).getByLabel("Wie").selectOption("");
  await answer(page, "Ändern");
  await inDialog(page).getByText("3 von 3 sind gescheitert").waitFor();
  await inDialog(page).locator("footer").getByRole("button", { name: "Schließen" }).click();
  await press(page, "Ändern");
  await answer(page, "Auf Zeit sperren");
  await inDialog(page).getByLabel("Wie").selectOption("");
  await inDialog(page).getByLabel("Governance umgehen").check();
  await answer(page, "Ändern");
  // The same words may still stand there from before.
  await page.waitForSelector("dialog[open]", { state: "detached" });
  assert.ok((await locks()).every((lock) => lock.mode === null));
  await close();
});

check("a_long_change_is_stopped", async () => {
  const { name, call } = await filled(Array.from({ length: 40 }, (_, at) => `k${String(at).padStart(2, "0")}`));
  const { page, close } = await routed();
  // After the first ones it goes on once it is told to stop.
  let [asked, stopped] = [0, undefined];
  const stopping = new Promise((done) => (stopped = done));
  await page.route(/\/object\/tags\?/, async (route) => {
    if ((asked += 1) > 8) await stopping;
    await route.continue();
  });
  await go(page, `/bucket?name=${name}`);
  await page.waitForSelector(".open:text-is('k00')");
  await page.getByLabel("Select all that are loaded").click();
  await press(page, "Change");
  await inDialog(page).getByLabel("Name", { exact: true }).fill("x");
  await answer(page, "Change");
  await inDialog(page).getByText(/^[1-9]\d* of 40$/).waitFor();
  await accessible(page, "change-progress");
  await answer(page, "Stop");
  stopped();
  await inDialog(page).getByText(/^Stopped: \d+ of 40 changed/).waitFor();
  const text = await inDialog(page).getByText(/^Stopped: \d+ of 40 changed/).textContent();
  const tagged = (await Promise.all(Array.from({ length: 40 }, (_, at) => facts(call, name, `k${String(at).padStart(2, "0")}`)))).filter(({ tags }) => "x" in tags);
  assert.equal(Number(/\d+/.exec(text)[0]), tagged.length);
  assert.ok(tagged.length > 0 && tagged.length < 40, text);
  await close();
});

/** Whoever reaches the console gets everything from there: a visitor who asks another place fails. */
check("files_are_downloaded_from_where_the_console_is_whatever_they_are_called", async () => {
  const { call, put } = await api();
  const bucket = unique("files");
  await call("POST", "buckets", { name: bucket, versioning: true });
  const page_ = "<!doctype html><script>alert(1)</script>";
  await put(bucket, "in/Größe 1.html", "old", { "content-type": "text/html" });
  await put(bucket, "in/Größe 1.html", page_, { "content-type": "text/html" });
  // No address names these two.
  for (const key of [".", ".."]) await call("POST", `buckets/${bucket}/object/copy`, { key: "in/Größe 1.html", to_key: key });
  const { page, close } = await member();
  await go(page, `/bucket?name=${bucket}&prefix=in%2F`);
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download Größe 1.html" }).click()]);
  assert.equal(file.suggestedFilename(), "Größe 1.html");
  assert.equal(fs.readFileSync(await file.path(), "utf8"), page_);
  // By itself it is a file, too, and never a page.
  const [again] = await Promise.all([page.waitForEvent("download"), page.goto(file.url()).catch(() => undefined)]);
  assert.equal(again.suggestedFilename(), "Größe 1.html");
  await go(page, `/bucket?name=${bucket}`);
  for (const key of [".", ".."]) {
    await page.getByRole("button", { name: key, exact: true }).first().click();
    await inDialog(page).locator("pre", { hasText: "alert(1)" }).waitFor();
    const [dotted] = await Promise.all([page.waitForEvent("download"), inDialog(page).getByRole("button", { name: "Download" }).click()]);
    assert.equal(fs.readFileSync(await dotted.path(), "utf8"), page_);
    await page.keyboard.press("Escape");
  }
  await close();
});

void main();
