//! Small words for families: numbers as people write them, lists, plurals, and the usual names of things.
//! Not for judging or drawing.

/// The usual names of processes, replicas and nodes.
pub const PROCESSES: [&str; 8] = ["A", "B", "C", "D", "E", "F", "G", "H"];

/// The usual names of servers in a cluster.
pub const SERVERS: [&str; 11] = ["S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "S9", "S10", "S11"];

/// The usual names of objects.
pub const OBJECTS: [&str; 4] = ["x", "y", "z", "w"];

/// Writes a number without an exponent and without trailing zeros, to 10 significant digits.
pub fn number(value: f64) -> String {
    significant(value, 10)
}

/// Writes a number with so many decimals at most, trailing zeros removed.
pub fn decimals(value: f64, places: usize) -> String {
    let written = format!("{value:.places$}");
    let written =
        if written.contains('.') { written.trim_end_matches('0').trim_end_matches('.') } else { &written };
    if written == "-0" { "0".to_owned() } else { written.to_owned() }
}

/// Writes a number with so many significant digits at most, trailing zeros removed.
pub fn significant(value: f64, digits: usize) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let magnitude = value.abs().log10().floor() as i64;
    let places = digits as i64 - 1 - magnitude;
    if places >= 0 {
        decimals(value, places as usize)
    } else {
        let scale = 10_f64.powi(-places as i32);
        format!("{:.0}", (value / scale).round() * scale)
    }
}

/// Writes a whole number with a comma between thousands, from 10,000 on.
pub fn thousands(value: u64) -> String {
    let digits = value.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let mut written = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    written
}

/// Writes `1 server`, `2 servers`; the plural ends in s.
pub fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Writes `a, b and c`; `none` for an empty list.
pub fn list<T: ToString>(items: &[T]) -> String {
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    match items.as_slice() {
        [] => "none".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Writes `(1, 2, 3)`.
pub fn tuple<T: ToString>(items: &[T]) -> String {
    format!("({})", items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(number(0.1 + 0.2), "0.3");
        assert_eq!(number(1234.0), "1234");
        assert_eq!(decimals(2.50, 3), "2.5");
        assert_eq!(decimals(-0.0001, 2), "0");
        assert_eq!(decimals(1200.0, 0), "1200");
        assert_eq!(significant(0.000_512_9, 3), "0.000513");
        assert_eq!(significant(123_456.0, 3), "123000");
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(thousands(9_999), "9999");
    }

    #[test]
    fn lists_and_plurals() {
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
        assert_eq!(list::<u8>(&[]), "none");
        assert_eq!(tuple(&[1, 2]), "(1, 2)");
        assert_eq!(plural(1, "server") + ", " + &plural(3, "vote"), "1 server, 3 votes");
    }
}
