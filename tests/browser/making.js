// Users and policies that are made with all they need: roles and groups in one dialog, templates, names of
// actions that are checked while one types, copies of what is ready-made.
"use strict";

const { assert, check, member, routed, go, settled, accessible, api, unique, main } = require("./browser.js");

const field = (page, label) => page.getByLabel(label, { exact: true });
const inDialog = (page) => page.locator("dialog[open]").last();
const answer = (page, name) => inDialog(page).getByRole("button", { name, exact: true }).click();
const at = (page, place) => page.waitForFunction((place) => location.pathname + location.search === place, place);

check("a_user_is_made_with_role_policies_and_groups", async () => {
  const { call } = await api();
  const name = unique("grace");
  const group = unique("compilers");
  const policy = unique("reads");
  await call("POST", "groups", { name: group });
  await call("POST", "policies", { name: policy, document: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }] } });
  const { page, close } = await routed({ expected: [[409, /\/groups\//]] });
  await go(page, "/users");
  await page.getByRole("button", { name: "Create user", exact: true }).first().click();
  await field(page, "Name").fill(name);
  await page.getByLabel("What it may do").selectOption("user");
  await inDialog(page).getByText("Has buckets whose names begin with its own").waitFor();
  await page.getByLabel("Further policies").selectOption(policy);
  await page.getByLabel("Groups").selectOption(group);
  // What was chosen by mistake is taken out again.
  await page.getByLabel("Further policies").selectOption("ReadOnlyAccess");
  await answer(page, "Take out ReadOnlyAccess");
  await accessible(page, "create-user");
  // One of the steps fails, is told, and goes well the second time.
  const failing = new RegExp(`/groups/${group}/members/`);
  await page.route(failing, (route) => route.fulfill({ status: 409, json: { error: { code: "ConcurrentModification", message: "Somebody else is changing it.", field: null, request_id: "1" } } }));
  await answer(page, "Create user");
  await inDialog(page).locator(`dt:text-is("${group}")`).waitFor();
  await accessible(page, "create-user-partly");
  await page.unroute(failing);
  await answer(page, "Try again");
  await at(page, `/user?name=${name}`);
  const made = await call("GET", `users/${name}`);
  assert.deepEqual(made.groups, [group]);
  assert.deepEqual(made.attached_policies.map((each) => each.name).sort(), [policy, "user"].sort());
  // Back leads to the list, not to the dialog.
  await page.goBack();
  await at(page, "/users");
  await close();
});

check("a_policy_begins_with_a_template_and_its_actions_are_checked", async () => {
  const { call } = await api();
  const name = unique("writes");
  const { page, close } = await member({ expected: [[400, /\/policies/]] });
  await go(page, "/policies?create=1");
  await field(page, "Name").fill(name);
  const text = inDialog(page).locator("textarea.code");
  await field(page, "Bucket").fill("photos");
  for (const [button, sign] of [["Read one bucket", '"s3:GetObject"'], ["Read and write one", "s3:PutObject"], ["Upload only", '"Upload"'], ["Home folder", "home/${aws:username}/*"], ["Everything", '"*"']]) {
    await answer(page, button);
    assert.ok((await text.inputValue()).includes(sign), button);
  }
  await answer(page, "Read and write one");
  assert.ok((await text.inputValue()).includes("arn:aws:s3:::photos/*"));
  // A name that was mistyped is told of, with the one that was meant, at its place.
  await text.fill((await text.inputValue()).replace("s3:PutObject", "s3:PutObjekt"));
  await inDialog(page).getByText("Did you mean s3:PutObject?").waitFor();
  await accessible(page, "policy-unknown-action");
  const line = (await text.inputValue()).split("\n").findIndex((each) => each.includes("s3:PutObjekt")) + 1;
  await answer(page, `Show line ${line}`);
  assert.equal(await text.evaluate((area) => area.value.slice(area.selectionStart, area.selectionEnd)), '"s3:PutObjekt"');
  // What was written by hand comes back if a template took its place.
  await answer(page, "Upload only");
  await page.locator(".toast:has-text('replaced')").getByRole("button", { name: "Undo" }).click();
  assert.ok((await text.inputValue()).includes("s3:PutObjekt"));
  await text.fill((await text.inputValue()).replace("s3:PutObjekt", "s3:PutObject"));
  await inDialog(page).getByText("Did you mean").waitFor({ state: "detached" });
  await answer(page, "Create policy");
  await at(page, `/policy?name=${name}`);
  const document = (await call("GET", `policies/${name}`)).document;
  assert.ok(JSON.stringify(document).includes("arn:aws:s3:::photos/*"));
  await close();
});

check("a_ready_made_policy_is_duplicated_and_tells_no_date", async () => {
  const { call } = await api();
  const { page, close } = await member({ locale: "de-DE" });
  await go(page, "/policies");
  await page.getByText("Alle Buckets lesen.").waitFor();
  await go(page, "/policy?name=guest");
  await page.locator("main", { hasText: "ändert nichts" }).waitFor();
  await page.locator("textarea").waitFor();
  assert.ok(!(await page.textContent("main")).includes("1970"));
  await page.getByRole("link", { name: "Duplizieren" }).click();
  const name = unique("guests");
  await page.waitForFunction(() => document.querySelector("dialog[open] textarea.code")?.value.includes("Statement"));
  assert.equal(await field(page, "Name").inputValue(), "guest-copy");
  await field(page, "Name").fill(name);
  await answer(page, "Richtlinie anlegen");
  await at(page, `/policy?name=${name}`);
  const [copy, original] = await Promise.all(["guest", name].map((each) => call("GET", `policies/${each}`)));
  assert.deepEqual(copy.document, original.document);
  await close();
});

check("a_refused_field_is_named_where_it_stands", async () => {
  const { call } = await api();
  const name = unique("fields");
  await call("POST", "buckets", { name });
  const { page, close } = await member({ expected: [[400, /\/config\/lifecycle$/]] });
  await go(page, `/bucket?name=${name}&tab=settings`);
  const rules = page.locator("section.set", { has: page.locator("#set-lifecycle") });
  await rules.getByRole("button", { name: "Set up" }).click();
  await rules.getByRole("button", { name: "JSON" }).click();
  await rules.locator("textarea").fill('{"Rules":[{"ID":"a","Statuss":"Enabled","Filter":{"Prefix":""},"Expiration":{"Days":1}}]}');
  await rules.getByRole("button", { name: "Save" }).click();
  await rules.locator("[role=alert]:has-text('Rules.0.Statuss')").waitFor();
  await rules.getByRole("button", { name: "Show it" }).click();
  assert.equal(await rules.locator("textarea").evaluate((area) => area.value.slice(area.selectionStart, area.selectionEnd)), '"Statuss"');
  assert.equal(await rules.getByText("Well formed").count(), 0);
  await settled(page);
  await close();
});

check("the_palette_makes_whatever_has_a_dialog_and_uploads_here", async () => {
  const { call } = await api();
  const bucket = unique("palette");
  await call("POST", "buckets", { name: bucket });
  const { page, close } = await member();
  const pick = async (typed, option) => {
    await page.keyboard.press("Control+k");
    await inDialog(page).getByRole("combobox").fill(typed);
    await page.getByRole("option", { name: option }).first().waitFor();
    await page.getByRole("option", { name: option }).first().click();
  };
  for (const [what, place] of [["Create bucket", "/buckets"], ["Create user", "/users"], ["Create group", "/groups"], ["Create policy", "/policies"], ["Create account", "/accounts"], ["Create encryption key", "/encryption"]]) {
    await pick(what, what);
    await inDialog(page).locator(`h2:text-is("${what}")`).waitFor();
    await at(page, `${place}?create=1`);
    await page.keyboard.press("Escape");
    await page.locator("dialog[open]").waitFor({ state: "detached" });
    await at(page, place);
  }
  for (const [what, query] of [["Create key", "section=keys&create=key"], ["Create token", "section=tokens&create=token"]]) {
    await pick(what, what);
    await inDialog(page).locator(`h2:text-is("${what}")`).waitFor();
    await at(page, `/profile?${query}`);
    await page.keyboard.press("Escape");
    await page.locator("dialog[open]").waitFor({ state: "detached" });
  }
  await pick("dark", "Appearance: Dark");
  await page.waitForFunction(() => document.documentElement.dataset.theme === "dark");
  await pick("automatic", "Appearance: Automatic");
  await page.waitForFunction(() => document.documentElement.dataset.theme === undefined);
  await go(page, `/bucket?name=${bucket}`);
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), pick("upload", "Upload files here")]);
  await chooser.setFiles([{ name: "by-palette.txt", mimeType: "text/plain", buffer: Buffer.from("x") }]);
  await page.waitForSelector(".open:text-is('by-palette.txt')");
  // Elsewhere there is no "here".
  await go(page, "/users");
  await page.keyboard.press("Control+k");
  await inDialog(page).getByRole("combobox").fill("upload files here");
  await page.getByText("Nothing is called").waitFor();
  await page.keyboard.press("Escape");
  await close();
});

check("a_bucket_that_is_not_empty_is_emptied_and_deleted", async () => {
  const { call, put } = await api();
  const name = unique("full");
  await call("POST", "buckets", { name, versioning: true });
  for (const at of [1, 2, 3]) await put(name, "one.txt", `version ${at}`);
  const { page, close } = await member({ expected: [[404, /\/buckets\/full-/]] });
  await go(page, `/bucket?name=${name}&tab=settings`);
  await page.getByText("It still holds 3 versions").waitFor();
  await page.getByRole("button", { name: "Empty and delete" }).click();
  await inDialog(page).getByText("3 versions and 0 unfinished uploads are deleted for good").waitFor();
  await inDialog(page).locator("input").fill(name);
  await accessible(page, "empty-and-delete");
  await answer(page, "Empty and delete");
  await page.locator(`.toast:has-text("Bucket ${name} deleted")`).waitFor();
  await assert.rejects(call("GET", `buckets/${name}`), /404/);
  await close();
});

check("what_the_server_always_refuses_has_no_button", async () => {
  const { page, close } = await member();
  await go(page, "/profile");
  await page.getByText("from the server’s configuration").waitFor();
  assert.equal(await page.locator("section:has(#keys) li button").count(), 0);
  await go(page, "/settings");
  await page.locator("tr", { hasText: "slow-request" }).getByText("1000 ms").waitFor();
  await page.locator("tr", { hasText: "requests-at-once" }).getByText("0 (no bound)").waitFor();
  await close();
});

check("what_failed_without_the_network_is_asked_again", async () => {
  const { page, context, close, wrong } = await member();
  await settled(page);
  await context.setOffline(true);
  await go(page, "/policies");
  await page.locator("[role=alert]:has-text('does not answer')").waitFor();
  await context.setOffline(false);
  await page.locator("tbody tr", { hasText: "AdministratorAccess" }).waitFor();
  // What failed to load is what this is about.
  for (let at = wrong.length - 1; at >= 0; at -= 1) if (/ERR_INTERNET_DISCONNECTED|ERR_FAILED|ERR_NETWORK_CHANGED/.test(wrong[at])) wrong.splice(at, 1);
  await close();
});

void main();
