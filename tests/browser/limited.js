// What one may not do is not offered, and what one may do works with no more than that.
"use strict";

const { NARROW, assert, check, member, go, settled, toast, accessible, api, unique, main } = require("./browser.js");

const PASSWORD = "correct horse battery";
const named = (page, name) => page.getByRole("button", { name, exact: true });
const dialog = (page) => page.locator("dialog[open]").last();
const TEXT = { "content-type": "text/plain" };

/** A bucket with a few objects, and somebody who may just this with it. */
async function limited(statements, options = {}) {
  const root = await api();
  const bucket = unique("limited");
  await root.call("POST", "buckets", { name: bucket, ...options });
  for (const key of ["top.txt", "anna/in.txt"]) await root.put(bucket, key, key, TEXT);
  const name = unique("user");
  await root.call("POST", "users", { name, password: PASSWORD });
  const document = { Version: "2012-10-17", Statement: statements(`arn:aws:s3:::${bucket}`) };
  await root.call("PUT", `users/${name}/policies/limited`, document);
  return { bucket, ...root, as: (more = {}) => member({ name, password: PASSWORD, ...more }) };
}

const allow = (Action, Resource, more = {}) => ({ Effect: "Allow", Action, Resource, ...more });
// A browser notes each refusal.
const REFUSED = [[403, /\/api\/v1\//], [412, /\/api\/v1\/s3\//]];

check("who_only_reads_is_offered_to_read", async () => {
  const { bucket, as } = await limited((arn) => [allow(["s3:ListBucket", "s3:ListBucketVersions", "s3:GetObject", "s3:GetObjectTagging", "s3:GetLifecycleConfiguration", "s3:GetBucketVersioning"], [arn, `${arn}/*`])]);
  const { page, close } = await as({ expected: REFUSED });
  await go(page, "/buckets");
  assert.equal(await named(page, "Create bucket").count(), 0);
  await go(page, `/bucket?name=${bucket}`);
  await page.waitForSelector(".open:text-is('top.txt')");
  await page.getByText("You may only read here").waitFor();
  for (const name of ["Upload", "Folder", "New folder"]) assert.equal(await named(page, name).count(), 0, name);
  await page.getByLabel("Select top.txt").check();
  await named(page, "Download").first().waitFor();
  for (const name of ["Delete", "Change"]) assert.equal(await named(page, name).count(), 0, name);
  await accessible(page, "limited-reader-wide");
  // The keyboard deletes no more than the mouse.
  await page.locator("[role=grid]").focus();
  await page.keyboard.press("Delete");
  assert.equal(await page.locator("dialog[open]").count(), 0);
  await page.locator(".open", { hasText: "top.txt" }).click();
  await dialog(page).locator("pre:has-text('top.txt')").waitFor();
  assert.equal(await dialog(page).getByRole("button", { name: "Delete" }).count(), 0);
  await dialog(page).locator(".views button", { hasText: "Tags" }).click();
  await settled(page);
  assert.equal(await dialog(page).getByRole("button", { name: "Edit" }).count(), 0);
  await page.keyboard.press("Escape");
  assert.equal(await page.getByRole("link", { name: "Uploads" }).count(), 0, "unfinished uploads are not for who may not list them");
  await page.getByRole("link", { name: "Settings", exact: true }).click();
  await page.getByText("s3:PutLifecycleConfiguration is not allowed to you").waitFor();
  await page.getByText("s3:DeleteBucket is not allowed to you").waitFor();
  assert.deepEqual(await page.locator("section.set h2").allTextContents(), ["Versions", "Quota", "Lifecycle", "Empty bucket", "Delete bucket"]);
  for (const name of ["Set up", "Save", "Delete bucket", "Empty bucket"]) assert.equal(await named(page, name).count(), 0, name);
  assert.ok(await page.getByLabel("Keep what is overwritten").isDisabled().catch(() => page.locator("#set-versioning").locator("xpath=ancestor::section").locator("input").isDisabled()));
  await accessible(page, "limited-settings-wide");
  await close();
});

check("who_may_do_more_in_a_folder_is_offered_more_there", async () => {
  const { bucket, as, call } = await limited((arn) => [
    allow("s3:ListBucket", arn),
    allow("s3:GetObject", `${arn}/*`),
    allow(["s3:PutObject", "s3:DeleteObject"], `${arn}/anna/*`),
  ]);
  const { page, close } = await as({ expected: REFUSED });
  await go(page, `/bucket?name=${bucket}&prefix=bob%2F`);
  await page.getByText("You may only read here").waitFor();
  assert.equal(await named(page, "Upload").count(), 0);
  await go(page, `/bucket?name=${bucket}&prefix=anna%2F`);
  await page.waitForSelector(".open:text-is('in.txt')");
  await named(page, "Upload").waitFor();
  await page.locator("input[type=file][multiple]").setInputFiles([{ name: "new.txt", mimeType: "text/plain", buffer: Buffer.from("new") }]);
  await page.waitForSelector(".open:text-is('new.txt')");
  await page.getByLabel("Select in.txt").check();
  await named(page, "Delete").click();
  await dialog(page).getByRole("button", { name: "Delete", exact: true }).click();
  await toast(page, "1 object deleted");
  assert.deepEqual((await call("GET", `buckets/${bucket}/objects?prefix=anna/`)).items.map(({ key }) => key), ["anna/new.txt"]);
  await close();
});

check("who_may_not_look_at_a_bucket_gets_at_what_is_in_it", async () => {
  const { bucket, as, call } = await limited((arn) => [
    allow(["s3:GetObject", "s3:PutObject"], `${arn}/anna/*`),
    allow("s3:ListBucket", arn, { Condition: { StringLike: { "s3:prefix": "anna/*" } } }),
  ]);
  const { page, close } = await as({ locale: "de-DE", size: NARROW, scheme: "dark", expected: REFUSED });
  await go(page, `/bucket?name=${bucket}`);
  await page.waitForSelector("h2:text-is('Sie dürfen nicht auflisten, was hier ist')");
  await accessible(page, "limited-unlisted-narrow");
  await page.getByLabel("Schlüssel eines Objekts, oder Ordner/").fill("anna/in.txt");
  await named(page, "Öffnen").click();
  await dialog(page).locator("pre:has-text('anna/in.txt')").waitFor();
  await page.keyboard.press("Escape");
  await page.getByLabel("Schlüssel eines Objekts, oder Ordner/").fill("anna/");
  await named(page, "Öffnen").click();
  await page.waitForSelector(".open:text-is('in.txt')");
  await page.locator("input[type=file][multiple]").setInputFiles([{ name: "new.txt", mimeType: "text/plain", buffer: Buffer.from("new") }]);
  await page.waitForSelector(".open:text-is('new.txt')");
  await accessible(page, "limited-inside-narrow");
  assert.equal(await call("GET", `s3/${bucket}/anna/new.txt`), "new");
  // What is there already is not replaced unasked: nobody knows whether a version would be kept.
  await page.locator("input[type=file][multiple]").setInputFiles([{ name: "in.txt", mimeType: "text/plain", buffer: Buffer.from("other") }]);
  await page.waitForSelector(".panel:has-text('Name vergeben')");
  assert.equal(await call("GET", `s3/${bucket}/anna/in.txt`), "anna/in.txt");
  await close();
});

check("who_may_nothing_there_is_told_so", async () => {
  const { bucket, as } = await limited(() => [allow("s3:GetObject", "arn:aws:s3:::elsewhere/*")]);
  const { page, close } = await as({ expected: REFUSED });
  await go(page, `/bucket?name=${bucket}`);
  await page.locator("[role=alert]").waitFor();
  assert.equal(await page.locator("[role=grid], section.set").count(), 0);
  await close();
});

check("who_has_no_policy_is_told_whom_to_ask", async () => {
  const root = await api();
  const name = unique("nobody");
  await root.call("POST", "users", { name, password: PASSWORD });
  await root.call("POST", "buckets", { name });
  const { page, close } = await member({ name, password: PASSWORD, locale: "de-DE", size: NARROW, expected: REFUSED });
  await page.waitForSelector("h2:text-is('Noch ist Ihnen nichts erlaubt')");
  assert.equal(await page.locator("main").getByRole("link").count(), 0, "nothing leads to where nothing is allowed");
  await accessible(page, "limited-nothing-narrow");
  await go(page, "/profile");
  await page.getByText("Dazu fehlt die Berechtigung.").waitFor();
  assert.equal(await named(page, "Schlüssel erzeugen").count(), 0);
  await page.locator("#keys").scrollIntoViewIfNeeded();
  await accessible(page, "limited-profile-narrow");
  // Nothing speaks the language of IAM, wherever an address leads.
  for (const place of ["/users", "/groups", "/policies", "/accounts", "/audit", "/events", "/lifecycle", "/jobs", "/encryption", "/settings", "/buckets", "/user?name=x", "/group?name=x", "/policy?name=x", "/account?name=x", `/bucket?name=${name}`, "/simulator"]) {
    await go(page, place);
    const text = await page.locator("main").textContent();
    assert.doesNotMatch(text, /not authorized|Access Denied|arn:aws:/, place);
    if (place !== "/simulator") assert.equal(await page.locator("main button.primary:visible").count(), 0, `${place} offers what is refused`);
  }
  await go(page, "/users");
  await accessible(page, "limited-users-narrow");
  await close();
});

check("who_may_only_use_objects_is_led_to_them", async () => {
  const { as } = await limited((arn) => [allow("s3:*", [arn, `${arn}/*`]), allow("s3:ListAllMyBuckets", "*")]);
  const { page, close } = await as({ expected: REFUSED });
  const yours = page.locator("section", { hasText: "What you have" });
  await yours.getByRole("link", { name: "Buckets" }).waitFor();
  assert.equal(await yours.getByRole("link", { name: "Access keys" }).count(), 0);
  await accessible(page, "limited-overview-wide");
  await go(page, "/profile");
  await page.getByText("Someone who manages policies can allow it. (iam:ListAccessKeys)").waitFor();
  assert.equal(await named(page, "Create key").count(), 0);
  await page.locator("#keys").scrollIntoViewIfNeeded();
  await accessible(page, "limited-profile-wide");
  await close();
});

check("who_may_only_look_at_users_groups_and_policies_changes_none", async () => {
  const root = await api();
  const [seen, group, policy] = [unique("seen"), unique("seen"), unique("seen")];
  const { as } = await limited(() => [allow(["iam:Get*", "iam:List*", "iam:Simulate*", "cairn:ListAccounts"], "*")]);
  const document = { Version: "2012-10-17", Statement: [allow("s3:GetObject", "*")] };
  await root.call("POST", "users", { name: seen, password: PASSWORD });
  await root.call("POST", `users/${seen}/keys`, {});
  await root.call("POST", "groups", { name: group });
  await root.call("PUT", `groups/${group}/members/${seen}`);
  await root.call("POST", "policies", { name: policy, document });
  for (const holder of [`users/${seen}`, `groups/${group}`]) await root.call("PUT", `${holder}/attached/${policy}`);
  const { page, close } = await as({ expected: REFUSED });
  const account = unique("seen-account");
  await root.call("POST", "accounts", { name: account });
  await root.call("PUT", `users/${account}/password`, { password: PASSWORD });
  for (const place of ["/users", "/groups", "/policies", "/accounts", `/user?name=${seen}`, `/group?name=${group}`, `/policy?name=${policy}`, `/account?name=${account}`]) {
    await go(page, place);
    await page.waitForSelector("main :is(table, dl)");
    await settled(page);
    const offered = await page.locator("main :is(button, a.button):visible").allTextContents();
    const changing = offered.map((each) => each.trim()).filter((each) => /^(Create|Delete|Edit|Set|Take|Suspend|Attach|Detach|Write|Add|Remove|Leave|Join|Save|Switch|Reset|Duplicate)/.test(each));
    assert.deepEqual(changing, [], place);
    await accessible(page, `limited-looks-${place.slice(1).split("?")[0]}-wide`);
  }
  // Nor does the palette lead to what would be refused.
  for (const what of ["user", "group", "policy", "account"]) {
    await page.keyboard.press("Control+k");
    await dialog(page).getByRole("combobox").fill(`Create ${what}`);
    await settled(page);
    assert.equal(await dialog(page).getByRole("option", { name: `Create ${what}` }).count(), 0, what);
    await page.keyboard.press("Escape");
  }
  await close();
});

check("who_may_write_but_not_delete_copies_and_restores_and_no_more", async () => {
  const rights = ["s3:ListBucket", "s3:ListBucketVersions", "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"];
  const { bucket, put, as } = await limited((arn) => [allow(rights, [arn, `${arn}/*`]), allow(["kms:ListKeys", "kms:DescribeKey"], "*")], { versioning: true });
  await put(bucket, "top.txt", "again", TEXT);
  await (await api()).call("POST", "kms/keys", { id: unique("shown") });
  const { page, close } = await as({ expected: REFUSED });
  await go(page, `/bucket?name=${bucket}&key=top.txt&view=versions`);
  await dialog(page).getByRole("button", { name: "Restore" }).first().waitFor();
  assert.equal(await dialog(page).getByRole("button", { name: "Delete this version" }).count(), 0);
  await dialog(page).locator(".views button", { hasText: "Copy" }).click();
  await named(dialog(page), "Copy").waitFor();
  assert.equal(await named(dialog(page), "Move").count(), 0);
  await go(page, `/bucket?name=${bucket}`);
  await page.getByLabel("Select top.txt").check();
  await named(page, "Copy or move").click();
  await dialog(page).getByLabel("Name", { exact: true }).fill("copy.txt");
  for (const name of ["Move", "Rename"]) assert.equal(await named(dialog(page), name).count(), 0, name);
  await page.keyboard.press("Enter");
  await toast(page, "1 object copied");
  await page.waitForSelector(".open:text-is('copy.txt')");
  assert.equal(await page.locator(".open:text-is('top.txt')").count(), 1);
  await go(page, "/encryption");
  const key = page.locator("main td a.name").first();
  await key.click();
  await dialog(page).locator("dl").waitFor();
  for (const name of ["Rotate", "Disable", "Enable"]) assert.equal(await named(dialog(page), name).count(), 0, name);
  await close();
});

void main();
