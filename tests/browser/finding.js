// Buckets at a glance, objects by the palette, and links by which others upload.
"use strict";

const { PASSWORD, NARROW, assert, check, member, go, settled, accessible, uncut, api, unique, main } = require("./browser.js");

const inDialog = (page) => page.locator("dialog[open]").last();

check("buckets_tell_whose_they_are_what_is_public_and_what_all_hold", async () => {
  const { call, put } = await api();
  const word = unique("glance");
  for (const end of ["open", "shut"]) await call("POST", "buckets", { name: `${word}-${end}` });
  await put(`${word}-open`, "a", "12345");
  await put(`${word}-shut`, "b", "123");
  const policy = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: `arn:aws:s3:::${word}-open/*` }] };
  await call("PUT", `buckets/${word}-open/config/policy`, policy);
  const { page, close } = await member();
  await go(page, "/buckets");
  await page.getByLabel("Filter by name").fill(word);
  await page.getByText("2 buckets · 2 objects · 8 B").waitFor();
  const row = (end) => page.locator("tbody tr", { hasText: `${word}-${end}` });
  await row("open").locator(".badge", { hasText: "Public" }).waitFor();
  assert.equal(await row("shut").locator(".badge", { hasText: "Public" }).count(), 0);
  assert.equal(await row("open").locator("td").nth(1).textContent(), (await call("GET", `buckets/${word}-open`)).owner);
  await page.getByRole("button", { name: "Owner" }).click();
  await page.locator("th[aria-sort=ascending]", { hasText: "Owner" }).waitFor();
  for (const [look, options] of [["wide-dark", { scheme: "dark" }], ["narrow-light", { size: NARROW, locale: "de-DE" }]]) {
    const here = await member(options);
    await go(here.page, "/buckets");
    await here.page.locator("tbody tr", { hasText: `${word}-open` }).waitFor();
    await accessible(here.page, `buckets-public-${look}`);
    await uncut(here.page, `buckets-public-${look}`);
    await here.close();
  }
  await close();
});

check("the_palette_finds_objects_of_the_bucket_one_is_in", async () => {
  const { call, put } = await api();
  const bucket = unique("found");
  await call("POST", "buckets", { name: bucket });
  for (const key of ["zebra/notes.txt", "zebra/night/a.txt", "zoo.txt", "other/notes.txt"]) await put(bucket, key, key);
  const { page, close } = await member();
  const option = (text) => inDialog(page).locator("[role=option]", { hasText: text });
  await go(page, `/bucket?name=${bucket}`);
  await page.keyboard.press("Control+k");
  await inDialog(page).getByRole("combobox").fill("z");
  await option("zebra/").waitFor();
  await option("zoo.txt").waitFor();
  await accessible(page, "palette-objects");
  await inDialog(page).getByRole("combobox").fill("zebra/n");
  await option("zebra/night/").waitFor();
  await option("zebra/notes.txt").click();
  await inDialog(page).locator("pre:has-text('zebra/notes.txt')").waitFor();
  await page.keyboard.press("Escape");
  // It opens over the folder it is in, and there its own beginning is enough.
  await page.waitForSelector(".open:text-is('notes.txt')");
  await page.keyboard.press("Control+k");
  await inDialog(page).getByRole("combobox").fill("nigh");
  await option("zebra/night/").click();
  await page.waitForSelector(".open:text-is('a.txt')");
  await close();
});

check("a_link_for_uploading_takes_a_file_from_anybody", async () => {
  const { call } = await api();
  const bucket = unique("inbox");
  await call("POST", "buckets", { name: bucket });
  const { page, close } = await member();
  await go(page, `/bucket?name=${bucket}&prefix=from%2F`);
  await page.getByRole("button", { name: "Link for uploading" }).click();
  const name = "it's a file.txt";
  await inDialog(page).getByLabel("Name of the object").fill(name);
  await inDialog(page).getByText(`It will be from/${name}`).waitFor();
  await inDialog(page).getByRole("button", { name: "Make link" }).click();
  const url = await inDialog(page).getByLabel("Link", { exact: true }).inputValue();
  const command = await inDialog(page).getByLabel("Command", { exact: true }).inputValue();
  assert.equal(command, `curl --fail -T FILE '${url}'`);
  assert.ok(!url.includes("'"), url);
  await accessible(page, "upload-link");
  const uploaded = await fetch(url, { method: "PUT", body: "from somebody" });
  assert.equal(uploaded.status, 200, await uploaded.text());
  assert.equal(await call("GET", `s3/${bucket}/from/${encodeURIComponent(name)}`), "from somebody");
  // It reads nothing.
  assert.equal((await fetch(url)).status, 403);
  // With another name it is another link.
  await inDialog(page).getByLabel("Name of the object").fill("other.txt");
  assert.equal(await inDialog(page).getByLabel("Link", { exact: true }).count(), 0);
  await page.keyboard.press("Escape");
  await settled(page);
  const here = await member({ size: NARROW, scheme: "dark", locale: "de-DE" });
  await go(here.page, `/bucket?name=${bucket}&prefix=from%2F`);
  await accessible(here.page, "objects-narrow-upload-link");
  await here.page.getByRole("button", { name: "Link zum Hochladen" }).click();
  await inDialog(here.page).getByLabel("Name des Objekts").fill("a.txt");
  await inDialog(here.page).getByRole("button", { name: "Link erzeugen" }).click();
  await inDialog(here.page).getByLabel("Link", { exact: true }).waitFor();
  await accessible(here.page, "upload-link-narrow");
  await here.close();
  await close();
});

/** The view that makes a link to an object. */
async function toLink(page, bucket) {
  await go(page, `/bucket?name=${bucket}&key=cat.txt`);
  await inDialog(page).locator(".views button:text-is('Link')").click();
}

check("a_link_says_what_ends_it_and_outlasts_the_login_where_a_key_signs_it", async () => {
  const { call, put } = await api();
  const [bucket, name] = [unique("linked"), unique("anna")];
  await call("POST", "buckets", { name: bucket });
  await put(bucket, "cat.txt", "meow");
  await call("POST", "users", { name, password: PASSWORD });
  const policy = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: ["s3:List*", "s3:Get*", "iam:*AccessKey*"], Resource: "*" }] };
  await call("PUT", `users/${name}/policies/reads`, policy);
  const { page, close } = await member({ name });
  const dialog = inDialog(page);
  await toLink(page, bucket);
  // Who has no key is led to where one is made.
  await dialog.getByText("You have none that is active").waitFor();
  assert.equal(await dialog.getByRole("radio").count(), 1);
  await accessible(page, "link-no-key");
  await dialog.getByRole("link", { name: "Make an access key" }).click();
  await inDialog(page).getByLabel("What it is for").fill("links to share");
  await inDialog(page).getByRole("button", { name: "Create key" }).click();
  await inDialog(page).getByRole("button", { name: "I have kept it" }).click();
  await toLink(page, bucket);
  const byLogin = dialog.getByRole("radio", { name: "When you log out, at the latest" });
  const byKey = dialog.getByRole("radio", { name: "Lasts after you log out: signed with an access key" });
  await byKey.waitFor();
  assert.ok(await byLogin.isChecked());
  const make = async () => {
    await dialog.getByRole("button", { name: "Make link" }).click();
    return dialog.getByLabel("Link", { exact: true }).inputValue();
  };
  const short = await make();
  await dialog.getByText("or until you log out.").waitFor();
  // The other choice is another link.
  await byKey.check();
  assert.equal(await dialog.getByLabel("Link", { exact: true }).count(), 0);
  await dialog.getByLabel("Works for", { exact: true }).selectOption({ label: "A week" });
  const [{ id }] = (await call("GET", `users/${name}/keys`)).items;
  assert.equal(await dialog.getByLabel("Access key", { exact: true }).inputValue(), id);
  const lasting = await make();
  await dialog.getByText(`Switching off the access key ${id} ends it.`).waitFor();
  await accessible(page, "link-by-key");
  for (const url of [short, lasting]) assert.equal(await (await fetch(url)).text(), "meow");
  await page.keyboard.press("Escape");
  await page.locator(".who").click();
  await inDialog(page).getByRole("button", { name: "Log out" }).click();
  await page.waitForSelector("input[autocomplete=username]");
  assert.equal((await fetch(short)).status, 400);
  assert.equal(await (await fetch(lasting)).text(), "meow");
  const here = await member({ name, size: NARROW, scheme: "dark", locale: "de-DE" });
  await toLink(here.page, bucket);
  await inDialog(here.page).getByRole("radio", { name: "Gilt nach dem Abmelden weiter" }).check();
  await inDialog(here.page).getByRole("button", { name: "Link erzeugen" }).click();
  await inDialog(here.page).getByText(`Wird der Zugriffsschlüssel ${id} abgeschaltet, endet er.`).waitFor();
  await accessible(here.page, "link-by-key-narrow");
  await uncut(here.page, "link-by-key-narrow");
  // One that is switched off in the middle of it is refused in words.
  await call("PATCH", `users/${name}/keys/${id}`, { active: false });
  assert.equal((await fetch(lasting)).status, 403);
  await here.close();
  await close();
});

void main();
