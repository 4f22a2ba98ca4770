// The console as somebody sees it for the first time: from the login to a file in a bucket.
"use strict";

const { check, member, go, toast, assert, api, main } = require("./browser.js");

const FILE = process.env.CAIRN_TEST_FILE;

check("a_newcomer_makes_a_bucket_and_uploads_a_file", async () => {
  const { page, close } = await member();
  await page.getByRole("link", { name: "Buckets" }).first().click();
  await page.getByRole("button", { name: "Create bucket" }).first().click();
  const dialog = page.locator("dialog[open]").last();
  await dialog.getByLabel("Name", { exact: true }).fill("holidays");
  await dialog.getByRole("button", { name: "Create bucket", exact: true }).click();
  await toast(page, "Bucket holidays created");
  await go(page, "/bucket?name=holidays");
  await page.locator("input[type=file]").first().setInputFiles(FILE);
  await page.getByRole("grid").or(page.getByRole("table")).getByText("holiday.jpg").first().waitFor();
  const { call } = await api();
  const listed = await call("GET", "buckets/holidays/objects");
  assert.deepEqual(listed.items.map((each) => each.key), ["holiday.jpg"]);
  await close();
});

void main();
