//! What the readers of requests say, in plain words: which field, what is wrong with it, and what it can
//! be.

#[cfg(test)]
mod tests;

/// What is wrong with something that was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said {
    /// The field it is about, where it is named.
    pub(super) field: Option<String>,
    pub(super) text: String,
}

/// Of something that does not have the form it should have.
pub(super) fn said(message: &str) -> Said {
    let (message, _) = without_place(message);
    let named = |begin: &str| {
        let rest = message.strip_prefix(begin)?;
        rest.split_once('`')
    };
    let about = |name: &str, text: String| Said {
        field: Some(name.to_owned()),
        text,
    };
    if let Some((name, _)) = named("missing field `") {
        return about(name, "This is needed.".into());
    }
    if let Some((name, _)) = named("duplicate field `") {
        return about(name, "This is given twice.".into());
    }
    if let Some((name, rest)) = named("unknown field `") {
        let text = match alternatives(rest) {
            known if known.is_empty() => "There is no such field here.".to_owned(),
            known => format!("There is no such field here. Known: {known}."),
        };
        return about(name, text);
    }
    let text = match named("unknown variant `") {
        Some((value, rest)) => {
            format!("It cannot be {value:?}. It can be: {}.", alternatives(rest))
        }
        None => wrong_type(message).unwrap_or_else(|| number(message)),
    };
    Said { field: None, text }
}

/// Of something that is no JSON.
pub(super) fn malformed(message: &str) -> String {
    let (message, place) = without_place(message);
    let at = place.map_or_else(String::new, |(line, column)| {
        format!(" in line {line}, column {column}")
    });
    match message {
        "" => "This is no JSON.".to_owned(),
        text if text.starts_with("EOF") => format!("The JSON ends too early,{at}."),
        "trailing characters" => format!("Something stands behind the JSON,{at}."),
        "recursion limit exceeded" => format!("The JSON is nested too deep,{at}."),
        _ => format!("This is no JSON: something is wrong{at}."),
    }
}

/// `expected ident at line 1 column 2`
fn without_place(message: &str) -> (&str, Option<(&str, &str)>) {
    let split = || {
        let (text, place) = message.rsplit_once(" at line ")?;
        let place = place.split_once(" column ")?;
        Some((text, Some(place)))
    };
    split().unwrap_or((message, None))
}

/// What stands in backticks.
fn alternatives(text: &str) -> String {
    let names: Vec<&str> = text.split('`').skip(1).step_by(2).collect();
    names.join(", ")
}

/// `invalid type: string "a", expected u64`
fn wrong_type(message: &str) -> Option<String> {
    let kinds = ["invalid type: ", "invalid value: ", "invalid length "];
    let rest = kinds.iter().find_map(|kind| message.strip_prefix(kind))?;
    let (got, wanted) = rest.split_once(", expected ")?;
    let wanted = match wanted {
        // The other is what a query may say.
        "a boolean" | "\"true\", \"on\" or \"false\"" => "true or false",
        "a string" | "str" | "string" => "a text",
        "a sequence" => "a list",
        "unit" | "null" => "null",
        name if is_whole(name) => "a whole number",
        "f32" | "f64" => "a number",
        name if name.starts_with("struct ") || name.ends_with("map") => "an object",
        other => other,
    };
    let got = match got {
        "map" => "an object".to_owned(),
        "sequence" => "a list".to_owned(),
        "unit value" => "nothing".to_owned(),
        // How many there are of a list in place of an object.
        count if count.parse::<u64>().is_ok() => "a list".to_owned(),
        other => {
            let value = other.split_once(' ').filter(|(kind, _)| is_kind(kind));
            let value = value.map_or(other, |(_, value)| value);
            let value = value.trim_start_matches("point ");
            value.trim_matches('`').to_owned()
        }
    };
    Some(format!("It has to be {wanted}, and is {got}."))
}

fn is_whole(name: &str) -> bool {
    let numbers = [
        "i8",
        "i16",
        "i32",
        "i64",
        "isize",
        "u8",
        "u16",
        "u32",
        "u64",
        "usize",
        "an integer",
    ];
    numbers.contains(&name)
}

fn is_kind(word: &str) -> bool {
    ["string", "integer", "boolean", "floating", "character"].contains(&word)
}

/// Of a text in which a number or a truth should stand, as in a query.
fn number(message: &str) -> String {
    match message {
        "invalid digit found in string" | "cannot parse integer from empty string" => {
            "It has to be a whole number.".to_owned()
        }
        "number too large to fit in target type" => "The number is too large.".to_owned(),
        other => other.to_owned(),
    }
}
