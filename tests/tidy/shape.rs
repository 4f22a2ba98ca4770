//! The shape of the sources: how long things get, and what must not be in them.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, Meta};

use crate::tree::{Source, fail_if_any, files, parse};

/// Where the tail ends. Most files are far below (style: 400 and 70).
const FILE_LINES_MAX: usize = 600;
const FUNCTION_LINES_MAX: usize = 100;

/// Longer files: tables of data, each with its reason.
const LONG_FILES: [(&str, &str); 0] = [];
/// Longer functions, as `path::function`, each with its reason.
const LONG_FUNCTIONS: [(&str, &str); 0] = [];

/// Where hardware or the kernel is on the other side.
const UNSAFE_FILES: [(&str, &str); 9] = [
    ("src/system.rs", "getrlimit and setrlimit"),
    ("storage-engine/benches/get.rs", "pages let out of memory"),
    ("storage-engine/benches/hash.rs", "the process's own time"),
    ("storage-engine/src/disk/block.rs", "pages as bytes"),
    ("storage-engine/src/disk/sys.rs", "calls std does not offer"),
    (
        "storage-engine/src/disk/uring.rs",
        "memory the kernel writes to",
    ),
    ("storage-engine/src/hash/md5/kernel.rs", "instruction sets"),
    (
        "storage-engine/src/hash/md5/kernel/x86.rs",
        "instruction sets",
    ),
    ("tests/support/process.rs", "kill, getrlimit and setrlimit"),
];

#[test]
fn files_stay_short() {
    let mut broken = Vec::new();
    for source in files("rs") {
        let lines = source.text.lines().count();
        let excepted = LONG_FILES.iter().any(|(path, _)| *path == source.path);
        if lines > FILE_LINES_MAX && !excepted {
            broken.push(format!("{} has {lines} lines", source.path));
        }
    }
    fail_if_any(&broken, &format!("at most {FILE_LINES_MAX} lines a file"));
}

#[test]
fn functions_stay_short() {
    let mut broken = Vec::new();
    for source in files("rs") {
        for function in look_at(&source).functions {
            let name = format!("{}::{}", source.path, function.name);
            let excepted = LONG_FUNCTIONS.iter().any(|(path, _)| *path == name);
            if function.lines > FUNCTION_LINES_MAX && !excepted {
                broken.push(format!("{name} has {} lines", function.lines));
            }
        }
    }
    let rule = format!("at most {FUNCTION_LINES_MAX} lines a function");
    fail_if_any(&broken, &rule);
}

#[test]
fn nothing_is_left_to_do() {
    let broken = places(|looked| looked.unfinished);
    fail_if_any(&broken, "finish it or say NotImplemented");
}

#[test]
fn unsafe_code_is_where_it_is_expected() {
    let mut broken = Vec::new();
    for source in files("rs") {
        let expected = UNSAFE_FILES.iter().any(|(path, _)| *path == source.path);
        let found = look_at(&source).unsafes;
        if !expected {
            broken.extend(found.iter().map(|line| format!("{}:{line}", source.path)));
        } else if found.is_empty() {
            broken.push(format!("{} has none, take it off the list", source.path));
        }
    }
    fail_if_any(&broken, "unsafe code outside the files listed for it");
}

/// Ignored tests are the long ones that `make soak` runs. Nothing else is skipped.
#[test]
fn no_test_is_ignored_but_soak_tests() {
    let broken = places(|looked| looked.ignored);
    fail_if_any(&broken, "only #[ignore = \"soak: <why it takes long>\"]");
}

#[test]
fn unit_tests_have_files_of_their_own() {
    let broken = places(|looked| looked.inline_tests);
    fail_if_any(&broken, "move the tests of foo.rs to foo/tests.rs");
}

fn places(of: impl Fn(Looked) -> Vec<usize>) -> Vec<String> {
    let mut places = Vec::new();
    for source in files("rs") {
        let lines = of(look_at(&source)).into_iter();
        places.extend(lines.map(|line| format!("{}:{line}", source.path)));
    }
    places
}

#[derive(Default)]
struct Looked {
    functions: Vec<Function>,
    /// Line numbers.
    unfinished: Vec<usize>,
    unsafes: Vec<usize>,
    ignored: Vec<usize>,
    inline_tests: Vec<usize>,
}

struct Function {
    name: String,
    lines: usize,
}

fn look_at(source: &Source) -> Looked {
    let mut looked = Looked::default();
    looked.visit_file(&parse(source));
    looked
}

fn line(span: Span) -> usize {
    span.start().line
}

impl Looked {
    fn function(&mut self, signature: &syn::Signature, body: &Block) {
        let lines = body.span().end().line - line(signature.span()) + 1;
        let name = signature.ident.to_string();
        self.functions.push(Function { name, lines });
        if let Some(keyword) = &signature.unsafety {
            self.unsafes.push(line(keyword.span));
        }
    }
}

impl<'ast> Visit<'ast> for Looked {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(body) = &item.default {
            self.function(&item.sig, body);
        }
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_expr_unsafe(&mut self, item: &'ast syn::ExprUnsafe) {
        self.unsafes.push(line(item.unsafe_token.span));
        visit::visit_expr_unsafe(self, item);
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        if let Some(keyword) = &item.unsafety {
            self.unsafes.push(line(keyword.span));
        }
        visit::visit_item_impl(self, item);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        let name = item.path.segments.last().map(|last| last.ident.to_string());
        if matches!(name.as_deref(), Some("todo" | "unimplemented")) {
            self.unfinished.push(line(item.span()));
        }
        visit::visit_macro(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if item.ident == "tests" && item.content.is_some() {
            self.inline_tests.push(line(item.span()));
        }
        visit::visit_item_mod(self, item);
    }

    fn visit_attribute(&mut self, item: &'ast Attribute) {
        if item.path().is_ident("ignore") && !is_soak(&item.meta) {
            self.ignored.push(line(item.span()));
        }
        visit::visit_attribute(self, item);
    }
}

fn is_soak(meta: &Meta) -> bool {
    let Meta::NameValue(reason) = meta else {
        return false;
    };
    let syn::Expr::Lit(literal) = &reason.value else {
        return false;
    };
    let syn::Lit::Str(text) = &literal.lit else {
        return false;
    };
    let reason = text.value();
    reason
        .strip_prefix("soak: ")
        .is_some_and(|why| !why.trim().is_empty())
}

#[test]
fn the_looking_finds_what_it_looks_for() {
    let source = Source {
        path: "example.rs".to_owned(),
        text: "\
            fn long() {\n\n\n}\n\
            trait T { fn unfinished() { todo!() } }\n\
            unsafe impl Send for X {}\n\
            fn f() { unsafe { g() } }\n\
            mod tests { #[ignore] fn a() {} #[ignore = \"later\"] fn b() {}\n\
            #[ignore = \"soak: an hour\"] fn c() {} }\n"
            .to_owned(),
    };
    let looked = look_at(&source);
    assert_eq!(looked.functions[0].lines, 4);
    assert_eq!(looked.unfinished, [5]);
    assert_eq!(looked.unsafes, [6, 7]);
    assert_eq!(looked.ignored, [8, 8]);
    assert_eq!(looked.inline_tests, [8]);
}
