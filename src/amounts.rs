//! Amounts of bytes, as people write them.

/// Units by which amounts are read, in small letters. What ends in `b` alone is decimal, as drives
/// are sold; a letter alone and what has an `i` in it goes by 1024, as GNU's programs read it.
const UNITS: [(&str, u64); 17] = [
    ("", 1),
    ("b", 1),
    ("kb", 1000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("tb", 1_000_000_000_000),
    ("pb", 1_000_000_000_000_000),
    ("k", 1 << 10),
    ("m", 1 << 20),
    ("g", 1 << 30),
    ("t", 1 << 40),
    ("p", 1 << 50),
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("tib", 1 << 40),
    ("pib", 1 << 50),
];
/// Of a number with a fraction. More would be more than bytes can tell.
const DIGITS_MAX: usize = 20;

/// `1.5 GiB`
pub(crate) fn shown(count: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if count < 1024 {
        return format!("{count} B");
    }
    let mut amount = count as f64 / 1024.0;
    let mut unit = 0;
    while amount >= 1023.95 && unit + 1 < UNITS.len() {
        amount /= 1024.0;
        unit += 1;
    }
    format!("{amount:.1} {}", UNITS[unit])
}

/// `10 GiB`, `10GB`, `10G`, `1.5GiB`, or a number of bytes. What is no whole number of bytes is
/// refused.
pub(crate) fn parse(text: &str) -> Result<u64, String> {
    let refuse = || {
        format!(
            "{text:?}: expected bytes, such as 1073741824, \"1 GiB\" (also 1G) or 1GB (a thousand \
             million)"
        )
    };
    let is_number = |c: char| c.is_ascii_digit() || c == '.';
    let end = text.find(|c| !is_number(c)).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit = unit.trim().to_ascii_lowercase();
    let unit = UNITS.iter().find(|(name, _)| *name == unit);
    let (_, bytes) = unit.ok_or_else(refuse)?;
    exactly(number, *bytes).ok_or_else(refuse)
}

/// A decimal number of units, if that is a whole number of bytes.
fn exactly(number: &str, unit: u64) -> Option<u64> {
    let (whole, fraction) = match number.split_once('.') {
        Some((_, "")) => return None,
        Some(both) => both,
        None => (number, ""),
    };
    let are_digits = |text: &str| text.bytes().all(|it| it.is_ascii_digit());
    let is_number = !whole.is_empty() && are_digits(whole) && are_digits(fraction);
    if !is_number || whole.len() + fraction.len() > DIGITS_MAX {
        return None;
    }
    let scale = 10_u128.pow(u32::try_from(fraction.len()).ok()?);
    let digits: u128 = format!("{whole}{fraction}").parse().ok()?;
    let scaled = digits.checked_mul(u128::from(unit))?;
    match scaled % scale {
        0 => u64::try_from(scaled / scale).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
