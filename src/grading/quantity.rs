//! Numbers with units: read from a deck or from a learner, and compared in one unit.
//! `0.2 ms` is `200 µs`; `1/3` is exact; `1 KiB` is 1,024 bytes and `1 kB` 1,000.
//! Not for verdicts and grades: a caller turns a [`Comparison`] into those.

use crate::card::{Quantity, Tolerance};
use crate::source::Span;

use super::unit::Unit;

/// What is wrong with the text of a quantity, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuantityFault {
    /// The bytes of the text that are wrong.
    pub span: Span,
    /// What is wrong: lower case, no final stop.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

/// How a typed text compares with a quantity.
#[derive(Clone, Debug, PartialEq)]
pub enum Comparison {
    /// The same, within the tolerance.
    Equal,
    /// A number in a unit that fits, but another value; the typed value in the quantity's own unit.
    Different(f64),
    /// A bare number where a unit is needed; whether it would be equal in the quantity's own unit.
    NoUnit(bool),
    /// A unit that measures something else, or is not known.
    OtherUnit(String),
    /// No number.
    NotANumber(QuantityFault),
}

/// Reads a quantity as an author writes it: `5`, `1e6`, `1/3`, `2^20`, `0.63 ± 0.01`, `0.2 ms ±5%`, `99.9 %`.
///
/// # Errors
/// Returns what is wrong and where, when the text is no quantity.
pub fn parse(text: &str) -> Result<Quantity, QuantityFault> {
    let (main, error) = split_tolerance(text);
    let (number, unit) = read(text, main, false)?;
    let unit_text = text[unit.start..unit.end].to_owned();
    let tolerance = match error {
        None => Tolerance::Exact,
        Some(span) => read_tolerance(text, span, &unit_text)?,
    };
    Ok(Quantity { value: number, unit: unit_text, tolerance })
}

/// Writes a quantity so that [`parse`] reads it back.
#[must_use]
pub fn to_text(quantity: &Quantity) -> String {
    let gap = if quantity.unit.is_empty() { "" } else { " " };
    let tolerance = match quantity.tolerance {
        Tolerance::Exact => String::new(),
        Tolerance::Absolute(by) => format!(" ± {}", number_text(by)),
        Tolerance::Relative(share) => format!(" ± {} %", number_text(share * 100.0)),
    };
    format!("{}{gap}{}{tolerance}", number_text(quantity.value), quantity.unit)
}

/// Writes a quantity for a person: as [`to_text`], but a number that has no short decimal form as a fraction, else to ten
/// digits.
#[must_use]
pub fn shown(quantity: &Quantity) -> String {
    let whole = number_text(quantity.value);
    if whole.chars().filter(char::is_ascii_digit).count() <= 12 {
        return to_text(quantity);
    }
    let near = |bottom: &i32| {
        let top = quantity.value * f64::from(*bottom);
        (top - top.round()).abs() < 1e-9 && top.abs() < 1e6
    };
    let number = match (2..1000).find(near) {
        Some(bottom) => format!("{}/{bottom}", (quantity.value * f64::from(bottom)).round()),
        None => format!("{:.9e}", quantity.value).parse().map_or(whole, number_text),
    };
    let gap = if quantity.unit.is_empty() { "" } else { " " };
    let tolerance = to_text(&Quantity { value: 0.0, unit: String::new(), ..quantity.clone() });
    format!("{number}{gap}{}{}", quantity.unit, tolerance.strip_prefix('0').unwrap_or_default())
}

fn number_text(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-6..1e15).contains(&size) { format!("{value:e}") } else { format!("{value}") }
}

/// Compares what a learner typed with a quantity, whatever unit of the same dimension it is in.
///
/// A quantity without a unit takes any unit word ("5 servers"); `%` scales there, so `50 %` is `0.5`.
#[must_use]
pub fn compare(quantity: &Quantity, typed: &str) -> Comparison {
    let (number, unit) = match read(typed, Span::new(0, typed.len()), true) {
        Ok(read) => read,
        Err(fault) => return Comparison::NotANumber(fault),
    };
    let typed_unit = &typed[unit.start..unit.end];
    let own = Unit::parse(&quantity.unit);
    let given = Unit::parse(typed_unit);
    let judge = |value: f64| {
        if within(quantity, value) { Comparison::Equal } else { Comparison::Different(value) }
    };
    if quantity.unit.is_empty() {
        // Of "5 %", both 0.05 and, where the question asks for percent, 5 may be meant.
        if given.is_plain() && !within(quantity, number) {
            return judge(number * given.scale);
        }
        return judge(number);
    }
    if typed_unit.is_empty() {
        if own.is_plain() {
            // Of `99.9 %`, both `0.999` and, forgiving the sign, `99.9` may have been meant.
            let as_share = number / own.scale;
            if within(quantity, as_share) {
                return Comparison::Equal;
            }
        }
        return Comparison::NoUnit(within(quantity, number));
    }
    match given.in_terms_of(&own) {
        Some(factor) => judge(number * factor),
        None => Comparison::OtherUnit(typed_unit.to_owned()),
    }
}

/// Tells whether a value in the quantity's own unit is within its tolerance.
#[must_use]
pub fn within(quantity: &Quantity, value: f64) -> bool {
    // Binary fractions: two roads to one number differ in the last bits.
    let rounding = 1e-9 * quantity.value.abs().max(value.abs());
    let allowed = match quantity.tolerance {
        Tolerance::Exact => 0.0,
        Tolerance::Absolute(by) => by.abs(),
        Tolerance::Relative(share) => (share * quantity.value).abs(),
    };
    (value - quantity.value).abs() <= allowed + rounding
}

/// Splits `value ± tolerance` into the spans of both.
fn split_tolerance(text: &str) -> (Span, Option<Span>) {
    for mark in ["±", "+/-", "+-"] {
        if let Some(at) = text.find(mark) {
            return (Span::new(0, at), Some(Span::new(at + mark.len(), text.len())));
        }
    }
    (Span::new(0, text.len()), None)
}

fn read_tolerance(text: &str, span: Span, unit: &str) -> Result<Tolerance, QuantityFault> {
    let (value, own) = read(text, span, false).map_err(|fault| QuantityFault {
        message: format!("the tolerance is not readable: {}", fault.message),
        ..fault
    })?;
    let at = trimmed(text, span);
    if value < 0.0 {
        return Err(QuantityFault {
            span: at,
            message: "the tolerance is negative".to_owned(),
            help: "write it without a sign, as `± 0.1`".to_owned(),
        });
    }
    let own_text = &text[own.start..own.end];
    if own_text == "%" && unit != "%" {
        return Ok(Tolerance::Relative(value / 100.0));
    }
    if own_text.is_empty() {
        return Ok(Tolerance::Absolute(value));
    }
    match Unit::parse(own_text).in_terms_of(&Unit::parse(unit)) {
        Some(factor) => Ok(Tolerance::Absolute(value * factor)),
        None => Err(QuantityFault {
            span: own,
            message: format!("the tolerance is in `{own_text}`, the number is not"),
            help: "give both in one unit, or the tolerance in `%`".to_owned(),
        }),
    }
}

fn trimmed(text: &str, span: Span) -> Span {
    let slice = &text[span.start..span.end];
    let start = span.end - slice.trim_start().len();
    Span::new(start, start + text[start..span.end].trim_end().len())
}

/// Reads a number and the span of the unit behind it. A learner may also write `0,63` and `1 000 000`.
fn read(text: &str, span: Span, lenient: bool) -> Result<(f64, Span), QuantityFault> {
    let span = trimmed(text, span);
    let body = &text[span.start..span.end];
    let fault = |from: usize, to: usize, message: &str, help: &str| QuantityFault {
        span: Span::new(span.start + from, span.start + to),
        message: message.to_owned(),
        help: help.to_owned(),
    };
    let example = "write a number, as `5`, `0.63 ± 0.01`, `0.2 ms ± 5%`, `1e6` or `1/3`";
    if body.is_empty() {
        return Err(fault(0, 0, "no number", example));
    }
    let mut reader = Reader { text: body, at: 0, lenient };
    if lenient {
        reader.skip_about();
    }
    let Some(mut value) = reader.signed() else {
        return Err(fault(0, body.len(), "no number", example));
    };
    loop {
        reader.spaces();
        let before = reader.at;
        if reader.eat(&["^", "**"]) {
            reader.spaces();
            let Some(power) = reader.signed() else {
                return Err(fault(before, reader.at, "no number after `^`", "write a power, as `2^20`"));
            };
            value = value.powf(power);
        } else if reader.eat(&["/"]) {
            reader.spaces();
            match reader.signed() {
                Some(0.0) => {
                    return Err(fault(
                        before,
                        reader.at,
                        "division by zero",
                        "write another number below `/`",
                    ));
                }
                Some(divisor) => value /= divisor,
                // `5 /s`: the slash belongs to the unit.
                None => {
                    reader.at = before;
                    break;
                }
            }
        } else if reader.eat(&["×", "·", "*", "x "]) {
            reader.spaces();
            let Some(factor) = reader.signed() else {
                return Err(fault(before, reader.at, "no number after the sign of multiplication", example));
            };
            let from = reader.at;
            reader.spaces();
            if reader.eat(&["^", "**"]) {
                reader.spaces();
                let Some(power) = reader.signed() else {
                    return Err(fault(from, reader.at, "no number after `^`", "write a power, as `2^20`"));
                };
                value *= factor.powf(power);
            } else {
                reader.at = from;
                value *= factor;
            }
        } else {
            break;
        }
    }
    reader.spaces();
    let rest = &body[reader.at..];
    if rest.starts_with(',') || rest.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(fault(
            reader.at,
            body.len(),
            "digits after the number",
            "write a point before decimals, as `0.63`, and thousands as `1,000` or `1_000`",
        ));
    }
    if !value.is_finite() {
        return Err(fault(
            0,
            reader.at,
            "the number is too large",
            "write a smaller number, or a larger unit",
        ));
    }
    let unit = rest.trim_end().trim_end_matches(if lenient { ['.', ','].as_slice() } else { &[] });
    if let Some(bad) =
        unit.find(|c: char| c.is_control() || matches!(c, '|' | '=' | '<' | '>' | ';' | '[' | ']'))
    {
        return Err(fault(reader.at + bad, body.len(), "no unit has this sign", example));
    }
    if unit.split_whitespace().count() > 4 {
        return Err(fault(reader.at, body.len(), "more than a number and its unit", example));
    }
    let start = span.start + reader.at;
    Ok((value, Span::new(start, start + unit.len())))
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    lenient: bool,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn spaces(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn eat(&mut self, marks: &[&str]) -> bool {
        let found = marks.iter().find(|mark| self.rest().starts_with(**mark));
        self.at += found.map_or(0, |mark| mark.len());
        found.is_some()
    }

    /// Skips `~`, `≈` and `=` before a typed number.
    fn skip_about(&mut self) {
        self.eat(&["~", "≈", "="]);
        self.spaces();
    }

    fn signed(&mut self) -> Option<f64> {
        let from = self.at;
        let negative = self.eat(&["-", "−", "–"]);
        if !negative {
            self.eat(&["+"]);
        }
        self.spaces();
        match self.unsigned() {
            Some(value) => Some(if negative { -value } else { value }),
            None => {
                self.at = from;
                None
            }
        }
    }

    fn unsigned(&mut self) -> Option<f64> {
        let mut digits = String::new();
        let whole = self.digits(&mut digits);
        if whole > 0 {
            self.thousands(&mut digits, whole);
        }
        let mut decimals = 0;
        let comma = self.lenient && self.rest().starts_with(',');
        if (comma || self.rest().starts_with('.'))
            && self.text.as_bytes().get(self.at + 1).is_some_and(u8::is_ascii_digit)
        {
            self.at += 1;
            digits.push('.');
            decimals = self.digits(&mut digits);
        }
        if whole + decimals == 0 {
            return None;
        }
        let bytes = self.rest().as_bytes();
        if matches!(bytes.first(), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(1), Some(b'+' | b'-')));
            if bytes.get(1 + sign).is_some_and(u8::is_ascii_digit) {
                digits.push('e');
                digits.push_str(&self.text[self.at + 1..self.at + 1 + sign]);
                self.at += 1 + sign;
                self.digits(&mut digits);
            }
        }
        digits.parse().ok()
    }

    fn digits(&mut self, into: &mut String) -> usize {
        let mut count = 0;
        while let Some(byte) = self.text.as_bytes().get(self.at) {
            match byte {
                b'0'..=b'9' => {
                    into.push(char::from(*byte));
                    count += 1;
                }
                b'_' if count > 0
                    && self.text.as_bytes().get(self.at + 1).is_some_and(u8::is_ascii_digit) => {}
                _ => break,
            }
            self.at += 1;
        }
        count
    }

    /// Reads `,000` groups after one to three digits; a learner may part them with spaces too.
    fn thousands(&mut self, into: &mut String, whole: usize) {
        if whole > 3 {
            return;
        }
        loop {
            let bytes = self.rest().as_bytes();
            let skip = match self.rest().chars().next() {
                Some(',') => 1,
                Some(c @ (' ' | '\u{a0}' | '\u{202f}' | '\u{2009}')) if self.lenient => c.len_utf8(),
                _ => return,
            };
            let group = bytes.get(skip..skip + 3).is_some_and(|group| group.iter().all(u8::is_ascii_digit));
            if !group || bytes.get(skip + 3).is_some_and(u8::is_ascii_digit) {
                return;
            }
            into.push_str(&self.text[self.at + skip..self.at + skip + 3]);
            self.at += skip + 3;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantity(text: &str) -> Quantity {
        parse(text).unwrap_or_else(|fault| panic!("{text}: {fault:?}"))
    }

    #[test]
    fn authors_write_numbers_in_many_ways() {
        for (text, value, unit) in [
            ("5", 5.0, ""),
            ("-3", -3.0, ""),
            ("0.63", 0.63, ""),
            ("1e6", 1e6, ""),
            ("1.5E-3 s", 0.0015, "s"),
            ("1/3", 1.0 / 3.0, ""),
            ("2^20", 1_048_576.0, ""),
            ("3 × 10^8 m/s", 3e8, "m/s"),
            ("1,000,000", 1e6, ""),
            ("1_000", 1000.0, ""),
            ("200 µs", 200.0, "µs"),
            ("99.9 %", 99.9, "%"),
            ("10 MB/s", 10.0, "MB/s"),
            ("5 /s", 5.0, "/s"),
            ("12 hash evaluations", 12.0, "hash evaluations"),
            ("−4", -4.0, ""),
        ] {
            let read = quantity(text);
            assert!((read.value - value).abs() <= 1e-12 * value.abs(), "{text}: {}", read.value);
            assert_eq!((read.unit.as_str(), read.tolerance), (unit, Tolerance::Exact), "{text}");
        }
    }

    #[test]
    fn tolerances_are_absolute_or_relative() {
        assert_eq!(quantity("0.63 ± 0.01").tolerance, Tolerance::Absolute(0.01));
        assert_eq!(quantity("0.2 ms ±5%").tolerance, Tolerance::Relative(0.05));
        assert_eq!(quantity("0.2 ms +/- 5 %").tolerance, Tolerance::Relative(0.05));
        assert_eq!(quantity("50 % ± 2 %").tolerance, Tolerance::Absolute(2.0), "points, not a share");
        let Tolerance::Absolute(by) = quantity("5 ms ± 200 µs").tolerance else { panic!() };
        assert!((by - 0.2).abs() < 1e-12);
    }

    #[test]
    fn faults_say_where() {
        for (text, at, message) in [
            ("", 0..0, "no number"),
            ("many", 0..4, "no number"),
            ("0,63", 1..4, "digits after the number"),
            ("1/0", 1..3, "division by zero"),
            ("5 ± x", 5..6, "the tolerance is not readable: no number"),
            ("5 ms ± 1 MB", 10..12, "the tolerance is in `MB`, the number is not"),
            ("5 ± -1", 5..7, "the tolerance is negative"),
            ("1e999", 0..5, "the number is too large"),
            ("5 | 6", 2..5, "no unit has this sign"),
        ] {
            let fault = parse(text).expect_err(text);
            assert_eq!((fault.span.start..fault.span.end, fault.message.as_str()), (at, message), "{text}");
        }
    }

    #[test]
    fn typed_text_is_compared_in_one_unit() {
        use Comparison::{Equal, NoUnit};
        for (wanted, typed) in [
            ("0.2 ms", "200 µs"),
            ("0.2 ms", "0.0002s"),
            ("0.2 ms", "200us"),
            ("1 KiB", "1024 B"),
            ("1 kB", "1000 bytes"),
            ("8 Mbit/s", "1 MB/s"),
            ("1/3", "1/3"),
            ("1/3", "2/6"),
            ("0.63 ± 0.01", "0.64"),
            ("0.63 ± 0.01", "0,62"),
            ("0.5", "50%"),
            ("50", "50 %"),
            ("10000", "10k"),
            ("99.9 %", "0.999"),
            ("99.9 %", "99.9%"),
            ("5", "5 servers"),
            ("5", "~5"),
            ("5", "5.0"),
            ("1000000", "1 000 000"),
            ("1000000", "10^6"),
            ("3 messages", "3 message"),
            ("100 Hz", "100 /s"),
            ("100 /s", "6000 per minute"),
            ("90 min", "1.5 hours"),
            ("100 requests/s", "6000 requests/min"),
            ("0.2 ms ±5%", "209 µs"),
        ] {
            assert_eq!(compare(&quantity(wanted), typed), Equal, "{wanted} against {typed}");
        }
        assert_eq!(compare(&quantity("5 ms"), "5"), NoUnit(true));
        assert_eq!(compare(&quantity("5 ms"), "6"), NoUnit(false));
        assert_eq!(compare(&quantity("99.9 %"), "99.9"), NoUnit(true));
    }

    #[test]
    fn wrong_values_and_units_are_told_apart() {
        assert_eq!(compare(&quantity("0.2 ms"), "0.2 s"), Comparison::Different(200.0));
        assert_eq!(compare(&quantity("1 KiB"), "1 kB"), Comparison::Different(0.9765625));
        assert_eq!(compare(&quantity("5 ms"), "5 MB"), Comparison::OtherUnit("MB".to_owned()));
        assert_eq!(compare(&quantity("3 messages"), "3 rounds"), Comparison::OtherUnit("rounds".to_owned()));
        assert!(matches!(compare(&quantity("5"), "five"), Comparison::NotANumber(_)));
        assert!(matches!(compare(&quantity("5"), "6"), Comparison::Different(_)));
        assert!(matches!(compare(&quantity("0.63 ± 0.01"), "0.6"), Comparison::Different(_)));
        assert!(matches!(compare(&quantity("0"), "0.001"), Comparison::Different(_)));
    }

    #[test]
    fn a_number_is_shown_as_people_write_it() {
        for (written, text) in [
            ("1/3", "1/3"),
            ("2/3 ms", "2/3 ms"),
            ("1/7 ± 0.01", "1/7 ± 0.01"),
            ("5", "5"),
            ("99.999375 %", "99.999375 %"),
            ("1e6", "1000000"),
            ("3.14159265358979", "3.141592654"),
        ] {
            assert_eq!(shown(&quantity(written)), text, "{written}");
        }
    }

    #[test]
    fn a_quantity_reads_back_as_written() {
        for text in ["5", "0.63 ± 0.01", "0.2 ms ± 5 %", "1e-9 s", "-2.5 kB"] {
            let read = quantity(text);
            assert_eq!(quantity(&to_text(&read)), read, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics_and_numbers_equal_themselves(text in ".{0,24}", value in -1e12..1e12_f64) {
            if let Ok(read) = parse(&text) {
                proptest::prop_assert!(read.value.is_finite());
                let _ = compare(&read, &text);
            }
            let read = quantity(&format!("{value} ms"));
            let typed = format!("{} µs", value * 1000.0);
            proptest::prop_assert_eq!(compare(&read, &typed), Comparison::Equal);
        }
    }
}
