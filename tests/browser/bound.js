// What is saved, asked or taken back is about what it was begun on: each check begins something on one
// page, goes to another of the same kind, and ends it there. Run as browser.js is.
"use strict";

const { assert, check, member, routed, go, settled, toast, keepBack, api, unique, main } = require("./browser.js");

const PASSWORD = "correct horse battery";
const dialog = (page) => page.locator("dialog[open]").last();
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const answer = (page, name) => dialog(page).getByRole("button", { name, exact: true }).click();
const alone = (page) => page.waitForFunction(() => !document.querySelector("dialog[open]"));
const titled = (page, name) => page.waitForSelector(`h1:text-is("${name}")`);
const section = (page, kind) => page.locator("section.set", { has: page.locator(`#set-${kind}`) });
const policy = (action) => ({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: action, Resource: "arn:aws:s3:::photos/*" }] });

/** Takes back what a message tells, and waits until that has been done. */
async function takeBack(page, told, done) {
  await page.locator(".toast", { hasText: told }).getByRole("button", { name: "Undo" }).click();
  await toast(page, done);
}

/** A message is gone, so that the next of the same words is another one. */
const dismissed = (page, told) => page.locator(".toast", { hasText: told }).getByRole("button", { name: "Close" }).click();

/** Goes to the next or the last object of the dialog, as its button does. */
async function step(page, how, key) {
  await dialog(page).getByRole("button", { name: how, exact: true }).click();
  await page.waitForFunction((key) => new URLSearchParams(location.search).get("key") === key, key);
  await settled(page);
}

check("a_policy_version_taken_back_is_that_of_its_policy", async () => {
  const { call } = await api();
  const [first, second] = [unique("first"), unique("second")];
  for (const name of [first, second]) {
    await call("POST", "policies", { name, document: policy("s3:GetObject") });
    await call("PUT", `policies/${name}`, { document: policy("s3:PutObject") });
  }
  await call("PUT", `policies/${second}`, { document: policy("s3:DeleteObject") });
  const { page, close } = await member();
  await go(page, `/policy?name=${first}`);
  await press(page, "Version 1");
  await answer(page, "Put this version in force");
  await toast(page, "Version 1 is in force");
  await alone(page);
  await go(page, `/policy?name=${second}`);
  await takeBack(page, "Version 1 is in force", "Version 2 is in force");
  assert.equal((await call("GET", `policies/${first}`)).version, 2);
  assert.equal((await call("GET", `policies/${second}`)).version, 3);
  // Back on the first, one sees what was done from afar.
  await go(page, `/policy?name=${first}`);
  await page.locator("li", { hasText: "Version 2" }).getByText("In force").waitFor();
  await close();
});

check("what_was_moved_goes_back_to_where_it_was", async () => {
  const { call, put } = await api();
  const [from, other] = [unique("from"), unique("other")];
  for (const name of [from, other]) await call("POST", "buckets", { name });
  await put(from, "x.txt", "of from");
  const { page, close } = await member();
  await go(page, `/bucket?name=${from}`);
  await page.getByLabel("Select x.txt").check();
  await press(page, "Copy or move");
  await dialog(page).getByLabel("Name", { exact: true }).fill("y.txt");
  await answer(page, "Rename");
  await toast(page, "1 object moved");
  await alone(page);
  await go(page, `/bucket?name=${other}`);
  await takeBack(page, "1 object moved", "1 object is back");
  const keys = async (bucket) => (await call("GET", `buckets/${bucket}/objects`)).items.map((each) => each.key);
  assert.deepEqual(await keys(from), ["x.txt"]);
  assert.deepEqual(await keys(other), []);
  await close();
});

check("tags_and_metadata_taken_back_are_what_they_were", async () => {
  const { call, put } = await api();
  const bucket = unique("back");
  await call("POST", "buckets", { name: bucket });
  for (const key of ["a.txt", "b.txt"]) await put(bucket, key, key, { "x-amz-meta-color": `of ${key}` });
  await call("PUT", `buckets/${bucket}/object/tags?key=a.txt`, { tags: { color: "red" } });
  await call("PUT", `buckets/${bucket}/object/tags?key=b.txt`, { tags: { of: "b" } });
  const facts = (key) => call("GET", `buckets/${bucket}/object?key=${key}`);
  const { page, close } = await member();
  const change = async (value, said) => {
    await answer(page, "Edit");
    await dialog(page).getByLabel("Value", { exact: true }).first().fill(value);
    await answer(page, "Save");
    await toast(page, said);
    await dialog(page).getByText(value, { exact: true }).waitFor();
  };

  // Where one stands.
  await go(page, `/bucket?name=${bucket}&key=a.txt&view=tags`);
  await change("blue", "Tags saved");
  assert.deepEqual((await facts("a.txt")).tags, { color: "blue" });
  await takeBack(page, "Tags saved", "Taken back");
  await dismissed(page, "Taken back");
  assert.deepEqual((await facts("a.txt")).tags, { color: "red" });

  // And with the next object before one's eyes.
  await go(page, `/bucket?name=${bucket}&key=a.txt&view=facts`);
  const untouched = (await facts("b.txt")).modified;
  await change("green", "Metadata saved");
  await step(page, "Next object", "b.txt");
  await takeBack(page, "Metadata saved", "Taken back");
  await dismissed(page, "Taken back");
  assert.deepEqual((await facts("a.txt")).metadata, { color: "of a.txt" });
  assert.deepEqual((await facts("b.txt")).metadata, { color: "of b.txt" });
  assert.equal((await facts("b.txt")).modified, untouched);

  // And with none.
  await go(page, `/bucket?name=${bucket}&key=b.txt&view=tags`);
  await change("c", "Tags saved");
  await page.keyboard.press("Escape");
  await alone(page);
  await takeBack(page, "Tags saved", "Taken back");
  assert.deepEqual((await facts("b.txt")).tags, { of: "b" });
  await close();
});

check("a_restored_version_is_taken_back_from_its_own_object", async () => {
  const { call, put } = await api();
  const bucket = unique("restored");
  await call("POST", "buckets", { name: bucket, versioning: true });
  for (const text of ["one", "two"]) await put(bucket, "a.txt", text);
  await put(bucket, "b.txt", "other");
  const { page, close } = await member();
  await go(page, `/bucket?name=${bucket}&key=a.txt&view=versions`);
  await dialog(page).getByRole("button", { name: "Restore" }).first().click();
  await toast(page, "Restored");
  assert.equal(await call("GET", `s3/${bucket}/a.txt`), "one");
  await step(page, "Next object", "b.txt");
  await takeBack(page, "Restored", "Taken back");
  assert.equal(await call("GET", `s3/${bucket}/a.txt`), "two");
  await close();
});

check("what_is_typed_for_an_object_is_neither_saved_to_the_next_nor_lost_by_a_refusal", async () => {
  const { call, put } = await api();
  const bucket = unique("typed");
  await call("POST", "buckets", { name: bucket });
  for (const key of ["a.txt", "b.txt"]) await put(bucket, key, key);
  await call("PUT", `buckets/${bucket}/object/tags?key=b.txt`, { tags: { of: "b" } });
  const { page, close } = await routed({ expected: [[503, /object\/tags/]] });
  // What has been looked at before is there at once: nothing in between would take the form away.
  await go(page, `/bucket?name=${bucket}&key=b.txt&view=tags`);
  await dialog(page).getByText("of", { exact: true }).waitFor();
  await step(page, "Previous object", "a.txt");
  await answer(page, "Edit");
  await dialog(page).getByLabel("Name", { exact: true }).fill("typed");
  await step(page, "Next object", "b.txt");
  await dialog(page).getByText("of", { exact: true }).waitFor();
  assert.equal(await dialog(page).getByLabel("Name", { exact: true }).count(), 0);

  await answer(page, "Edit");
  await dialog(page).getByLabel("Value", { exact: true }).fill("typed for b");
  await page.route(/object\/tags/, (route) => route.fulfill({ status: 503, body: "{}" }), { times: 1 });
  await answer(page, "Save");
  await page.waitForSelector(".toast.bad");
  assert.equal(await dialog(page).getByLabel("Value", { exact: true }).inputValue(), "typed for b");
  await answer(page, "Save");
  await toast(page, "Tags saved");
  assert.deepEqual((await call("GET", `buckets/${bucket}/object?key=b.txt`)).tags, { of: "typed for b" });
  await close();
});

check("questions_end_with_what_they_are_about", async () => {
  const { call } = await api();
  const [asked, other] = [unique("asked"), unique("other")];
  for (const name of [asked, other]) {
    await call("POST", "users", { name, password: PASSWORD });
    await call("PUT", `users/${name}/policies/inside`, policy("s3:GetObject"));
    await call("POST", "buckets", { name });
    await call("PUT", `buckets/${name}/config/tagging`, { TagSet: [{ Key: "of", Value: name }] });
    await call("POST", "accounts", { name: `account-${name}` });
    await call("PUT", `users/account-${name}/password`, { password: PASSWORD });
  }
  const { page, close } = await member();
  const question = async (path, name, ask) => {
    const at = (of) => `/${path}?name=${name(of)}${path === "bucket" ? "&tab=settings" : ""}`;
    await go(page, at(other));
    await go(page, at(asked));
    await ask();
    await dialog(page).getByRole("button", { name: "Cancel" }).waitFor();
    await page.goBack();
    await titled(page, name(other));
    await alone(page);
  };
  await question("user", (of) => of, () => press(page, "Take password away"));
  await question("user", (of) => of, () => press(page, "Delete inside"));
  await question("user", (of) => of, () => press(page, "Suspend"));
  await question("account", (of) => `account-${of}`, () => press(page, "Take password away"));
  await question("bucket", (of) => of, () => section(page, "tagging").getByRole("button", { name: "Remove", exact: true }).click());
  for (const name of [asked, other]) {
    const { has_password, policies, suspended } = await call("GET", `users/${name}`);
    assert.deepEqual({ has_password, policies, suspended }, { has_password: true, policies: ["inside"], suspended: null });
    assert.equal((await call("GET", `buckets/${name}/config/tagging`)).TagSet.length, 1);
  }
  // Asked again, it is answered as ever.
  await go(page, `/user?name=${asked}`);
  await press(page, "Take password away");
  await answer(page, "Take password away");
  await toast(page, "Password taken away");
  assert.equal((await call("GET", `users/${asked}`)).has_password, false);
  assert.equal((await call("GET", `users/${other}`)).has_password, true);
  await close();
});

check("back_closes_the_dialogs_of_a_page_which_name_whom_they_are_about", async () => {
  const { call } = await api();
  const name = unique("named");
  await call("POST", "users", { name, password: PASSWORD });
  await call("PUT", `users/${name}/policies/inside`, policy("s3:GetObject"));
  await call("POST", "groups", { name });
  // A look at the old name may be under way while it changes.
  const { page, close } = await member({ expected: [[404, /\/users\/named-/]] });
  for (const [path, button, title] of [
    ["user", "Set password", `Set the password of ${name}`],
    ["user", "Edit", `Edit ${name}`],
    ["user", "inside", "inside"],
    ["user", "Write one", "Write one"],
    ["group", "Edit", `Edit ${name}`],
    ["group", "Write one", "Write one"],
  ]) {
    await go(page, "/");
    await go(page, `/${path}?name=${name}`);
    await page.locator("main").getByRole("button", { name: button, exact: true }).first().click();
    await dialog(page).getByRole("heading", { name: title, exact: true }).waitFor();
    // What has been begun ends before anything else does.
    await page.keyboard.press("Control+k");
    assert.equal(await page.locator("dialog[open]").count(), 1, `${button}: the palette`);
    await page.goBack();
    await alone(page);
    await titled(page, name);
  }
  // Another name is the same page's, and Back does not lead to the old one.
  await go(page, "/users");
  await go(page, `/user?name=${name}`);
  await page.locator("main").getByRole("button", { name: "Edit", exact: true }).first().click();
  await dialog(page).getByLabel("Name", { exact: true }).fill(`${name}-new`);
  await answer(page, "Save");
  await titled(page, `${name}-new`);
  await page.goBack();
  await titled(page, "Users");
  // What lies over all pages ends with the page, too.
  await page.keyboard.press("Control+k");
  await dialog(page).waitFor();
  await page.goForward();
  await titled(page, `${name}-new`);
  await alone(page);
  await close();
});

check("what_is_begun_for_a_folder_ends_with_it", async () => {
  const { call, put } = await api();
  const bucket = unique("folder");
  await call("POST", "buckets", { name: bucket, versioning: true });
  for (const key of ["in/a.txt", "in/b.txt"]) await put(bucket, key, key);
  const { page, close } = await member();
  await go(page, `/bucket?name=${bucket}`);
  for (const begin of ["New folder", "Link for uploading", "Copy or move", "Change"]) {
    await go(page, `/bucket?name=${bucket}&prefix=in/`);
    await page.getByLabel("Select a.txt").check();
    await press(page, begin);
    await dialog(page).waitFor();
    await page.goBack();
    await page.locator(".open", { hasText: "in" }).waitFor();
    await alone(page);
  }
  await close();
});

check("a_late_answer_takes_nobody_elsewhere", async () => {
  const { call } = await api();
  const name = unique("late");
  const { page, close } = await routed();
  await go(page, "/groups");
  await press(page, "Create group");
  await dialog(page).getByLabel("Name", { exact: true }).fill(name);
  const late = await keepBack(page, /\/api\/v1\/groups$/);
  await answer(page, "Create group");
  await go(page, "/policies");
  await late.release();
  await toast(page, name);
  await titled(page, "Policies");
  assert.equal(await page.evaluate(() => location.pathname), "/policies");
  assert.equal((await call("GET", `groups/${name}`)).name, name);
  await close();
});

check("a_bucket_gets_what_was_chosen_for_it_and_no_other_does", async () => {
  const { call } = await api();
  const [name, other] = [unique("photo"), unique("private")];
  await call("POST", "buckets", { name: other });
  const { page, close } = await routed({ expected: [[500, /\/config\/policy$/]] });
  await go(page, "/buckets?create=1");
  await dialog(page).getByLabel("Name", { exact: true }).fill(name);
  await dialog(page).locator(".steps button").nth(2).click();
  await dialog(page).locator('label', { hasText: 'Anyone may read' }).locator('input').check();
  const late = await keepBack(page, /\/api\/v1\/buckets$/);
  await answer(page, "Create bucket");
  await dialog(page).locator(".steps button").first().click();
  // Nothing of it can be changed while it is under way.
  assert.ok(await dialog(page).getByLabel("Name", { exact: true }).isDisabled());
  await page.evaluate((other) => {
    const input = document.querySelector("dialog[open] input");
    input.value = other;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }, other);
  await page.goBack();
  await go(page, "/policies");
  await late.release();
  await toast(page, name);
  await titled(page, "Policies");
  assert.equal(await page.evaluate(() => location.pathname), "/policies");
  assert.ok((await call("GET", `buckets/${name}`)).is_public);
  assert.ok(!(await call("GET", `buckets/${other}`)).is_public);
  // What it does not get is told, wherever one is by then.
  await page.route(/\/config\/policy$/, (route) => route.fulfill({ status: 500, json: { error: { code: "InternalError", message: "No", field: null, request_id: "1" } } }));
  await go(page, "/buckets?create=1");
  await dialog(page).getByLabel("Name", { exact: true }).fill(`${name}-2`);
  await dialog(page).locator(".steps button").nth(2).click();
  await dialog(page).locator('label', { hasText: 'Anyone may read' }).locator('input').check();
  const again = await keepBack(page, /\/api\/v1\/buckets$/);
  await answer(page, "Create bucket");
  await go(page, "/policies");
  await again.release();
  await page.locator(".toast", { hasText: `${name}-2` }).getByText("Bucket policy").waitFor();
  await close();
});

check("enter_pressed_twice_makes_one_key", async () => {
  const { call } = await api();
  const name = unique("twice");
  await call("POST", "users", { name });
  const { page, close } = await routed();
  await go(page, `/user?name=${name}&create=key`);
  const late = await keepBack(page, /\/keys$/);
  await dialog(page).getByRole("textbox").first().press("Enter");
  await dialog(page).getByRole("textbox").first().press("Enter");
  await late.release();
  await answer(page, "I have kept it");
  assert.equal((await call("GET", `users/${name}/keys`)).items.length, 1);
  await close();
});

check("the_marked_row_is_the_one_that_was_marked", async () => {
  const { call, put } = await api();
  const bucket = unique("marked");
  await call("POST", "buckets", { name: bucket, versioning: true });
  for (const key of ["b.txt", "c.txt", "d.txt"]) await put(bucket, key, key);
  const { page, close } = await member();
  await go(page, `/bucket?name=${bucket}`);
  await page.getByRole("grid").focus();
  await page.keyboard.press("ArrowDown");
  const marked = () => page.evaluate(() => {
    const grid = document.querySelector("[role=grid]");
    return document.getElementById(grid.getAttribute("aria-activedescendant"))?.querySelector(".open")?.textContent;
  });
  assert.equal(await marked(), "c.txt");
  await put(bucket, "a.txt", "from elsewhere");
  await page.getByRole("row", { name: /a\.txt/ }).waitFor();
  assert.equal(await marked(), "c.txt");
  await page.keyboard.press("Delete");
  await toast(page, "1 object deleted");
  assert.deepEqual((await call("GET", `buckets/${bucket}/objects`)).items.map((each) => each.key), ["a.txt", "b.txt", "d.txt"]);
  // Once it is gone, what took its place is marked.
  await page.waitForFunction(() => document.querySelectorAll("[role=grid] .view [role=row]").length === 3);
  assert.equal(await marked(), "d.txt");
  await close();

  // Where nothing is kept, it is asked about by its name.
  const plain = unique("plain");
  await call("POST", "buckets", { name: plain });
  await put(plain, "a.txt", "x");
  const here = await member();
  await go(here.page, `/bucket?name=${plain}`);
  await here.page.getByRole("grid").focus();
  await here.page.keyboard.press("Delete");
  await dialog(here.page).getByRole("heading", { name: "Delete a.txt?" }).waitFor();
  await here.close();
});

void main();
