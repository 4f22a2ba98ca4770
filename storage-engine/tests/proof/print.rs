//! Histories as code: what a failure prints can be pasted into `found.rs`.

use std::fmt::Debug;
use std::fmt::Write;

use crate::operation::Operation;

/// A test that plays these operations against a store.
pub fn operations(store: &str, operations: &[Operation]) -> String {
    let mut code = head();
    let _ = writeln!(code, "    replay({store}, &[");
    for operation in operations {
        line(&mut code, 8, operation);
    }
    code + "    ]);\n}\n"
}

/// A test that crashes while these rounds are played, by a call that begins like this.
pub fn rounds(call: &str, rounds: &[Vec<Operation>]) -> String {
    let mut code = head();
    let _ = writeln!(code, "    {call}&[");
    for round in rounds {
        let _ = writeln!(code, "        vec![");
        round
            .iter()
            .for_each(|operation| line(&mut code, 12, operation));
        let _ = writeln!(code, "        ],");
    }
    code + "    ]);\n}\n"
}

fn head() -> String {
    String::from("/// What it was.\n#[test]\nfn found_000_what_holds() {\n")
}

fn line(code: &mut String, indent: usize, operation: &impl Debug) {
    let _ = writeln!(code, "{:indent$}{operation:?},", "");
}
