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
    // What was guessed at from a faulty line is no one's word.
    let Document { entries, faults } = &mut document;
    let line_of = |at: usize| text[..text.floor_char_boundary(at.saturating_sub(base))].matches('\n').count();
    let faulty: Vec<_> = faults.iter().take(MANY).map(|fault| line_of(fault.span.start)).collect();
    let many = faults.len() > MANY;
    if !faulty.is_empty() {
        entries.retain(|entry| {
            let lines = line_of(entry.key.start)..=line_of(entry.value_span.end);
            !many && !faulty.iter().any(|line| lines.contains(line))
        });
    }
    entries.sort_by_key(|entry| entry.key.start);
    document
}

/// With more faults than this, nothing that was read counts.
const MANY: usize = 50;

/// Returns a text with plain line feeds, as the same lines in another file would have them.
fn plain(text: &str) -> String {
    if !text.contains('\r') {
        return text.to_owned();
    }
    let (lines, last) = text.rsplit_once('\n').unwrap_or(("", text));
    let mut plain = String::with_capacity(text.len());
    if lines.len() + last.len() < text.len() {
        for line in lines.split('\n') {
            plain.push_str(line.trim_end_matches('\r'));
            plain.push('\n');
        }
    }
    plain.push_str(last);
    plain
}

fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn owned(value: DeValue<'_>) -> Result<toml::Value, &'static str> {
    Ok(match value {
        DeValue::String(text) => toml::Value::String(plain(&text)),
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
