//! TOML with places: top-level entries with the bytes of key and value, and every fault in one run.
//! Not for what the keys mean.

use toml::de::{DeTable, DeValue};

use crate::source::Span;

/// A top-level entry.
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) key: Span,
    pub(super) value: toml::Value,
    pub(super) value_span: Span,
}

/// Something that is not TOML.
pub(super) struct Fault {
    pub(super) span: Span,
    pub(super) message: String,
}

/// A text read as TOML, as far as it is TOML.
#[derive(Default)]
pub(super) struct Document {
    /// In the author's order.
    pub(super) entries: Vec<Entry>,
    pub(super) faults: Vec<Fault>,
}

/// Reads a TOML document whose first byte lies at `base` of the file.
pub(super) fn read(text: &str, base: usize) -> Document {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut document = Document::default();
    for error in errors {
        let span = error.span().map_or(Span::new(0, text.len()), |range| Span::new(range.start, range.end));
        document.faults.push(Fault { span: span.shift(base), message: one_line(error.message()) });
    }
    for (key, value) in table.into_inner() {
        let value_range = value.span();
        match owned(value.into_inner()) {
            Ok(owned) => document.entries.push(Entry {
                key: Span::new(key.span().start, key.span().end).shift(base),
                name: key.into_inner().into_owned(),
                value: owned,
                value_span: Span::new(value_range.start, value_range.end).shift(base),
            }),
            Err(message) => document.faults.push(Fault {
                span: Span::new(value_range.start, value_range.end).shift(base),
                message: message.to_owned(),
            }),
        }
    }
    document.entries.sort_by_key(|entry| entry.key.start);
    document
}

fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn owned(value: DeValue<'_>) -> Result<toml::Value, &'static str> {
    Ok(match value {
        DeValue::String(text) => toml::Value::String(text.into_owned()),
        DeValue::Integer(number) => toml::Value::Integer(
            i64::from_str_radix(number.as_str(), number.radix())
                .map_err(|_| "a whole number that is too large")?,
        ),
        DeValue::Float(number) => toml::Value::Float(number.as_str().parse().map_err(|_| "no number")?),
        DeValue::Boolean(value) => toml::Value::Boolean(value),
        DeValue::Datetime(at) => toml::Value::Datetime(at),
        DeValue::Array(values) => toml::Value::Array(
            values.into_iter().map(|value| owned(value.into_inner())).collect::<Result<_, _>>()?,
        ),
        DeValue::Table(table) => toml::Value::Table(
            table
                .into_iter()
                .map(|(key, value)| Ok((key.into_inner().into_owned(), owned(value.into_inner())?)))
                .collect::<Result<_, &'static str>>()?,
        ),
    })
}
