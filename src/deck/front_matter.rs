//! Front matter: TOML between two lines `---` at the head of a deck.
//! Every fault leaves the rest readable: a deck with broken front matter still has its cards.

use std::collections::HashSet;

use crate::card::{Area, DeckHead, Dialect, Level};
use crate::diagnostic::{Diagnostic, Fix, Severity, did_you_mean};
use crate::source::Span;

use super::line::{Line, Tag, lines, trimmed};
use super::repair;
use super::toml_text::{self, Document, Entry};

/// The keys that front matter knows, in their canonical order.
pub(super) const KEYS: [&str; 9] =
    ["name", "level", "area", "resource", "source", "requires", "tags", "strict", "dialect"];

/// Where the front matter stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadText {
    /// From the opening `---` to the end of the closing one.
    pub span: Span,
    /// The TOML between them.
    pub toml: Span,
    /// The top-level keys, known or not, in the author's order.
    pub keys: Vec<HeadKey>,
}

/// Where one key of the front matter stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadKey {
    /// The key.
    pub name: String,
    /// The bytes of the key.
    pub key: Span,
    /// The bytes of its value.
    pub value: Span,
}

/// Front matter, read.
pub(super) struct Front {
    pub(super) head: DeckHead,
    pub(super) text: Option<HeadText>,
    /// Where the body starts.
    pub(super) body: usize,
}

/// Where a text's front matter lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) whole: Span,
    pub(super) toml: Span,
    pub(super) body: usize,
}

/// Returns the length of the byte order marks at the head of a text: some programs add one to one that is there.
pub(super) fn mark_length(text: &str) -> usize {
    text.len() - text.trim_start_matches('\u{feff}').len()
}

/// Finds front matter: a first line `---` and the next such line. `Err` has the opening line when it is never closed.
pub(super) fn extent(text: &str) -> Result<Option<Extent>, Span> {
    let Some(first) = Line::at(text, mark_length(text)) else { return Ok(None) };
    // hashcards takes an indented line too.
    if first.text.trim() != "---" {
        return Ok(None);
    }
    let opening = trimmed(text, first.span);
    match lines(text, first.next).find(|line| line.text.trim() == "---") {
        Some(close) => Ok(Some(Extent {
            whole: Span::new(opening.start, trimmed(text, close.span).end),
            toml: Span::new(first.next, close.span.start),
            body: close.next,
        })),
        None => Err(opening),
    }
}

/// Reads the front matter of a deck whose file bears `file_name`.
pub(super) fn read(text: &str, file_name: &str, diagnostics: &mut Vec<Diagnostic>) -> Front {
    let mut front = Front {
        head: DeckHead { name: stem(file_name).to_owned(), ..DeckHead::default() },
        text: None,
        body: mark_length(text),
    };
    let extent = match extent(text) {
        Ok(Some(extent)) => extent,
        Ok(None) => {
            plus_signs(text, front.body, diagnostics);
            return front;
        }
        Err(opening) => {
            diagnostics.push(
                Diagnostic::new(
                    "front-matter-unclosed",
                    Severity::Error,
                    opening,
                    "front matter is never closed",
                )
                .label("`---` on the first line opens it")
                .help("close it with a line `---`, or take this line out if it is a rule"),
            );
            front.body = Line::at(text, front.body).map_or(front.body, |line| line.next);
            return front;
        }
    };
    let toml = &text[extent.toml.start..extent.toml.end];
    let document = toml_text::read(toml, extent.toml.start);
    if !document.faults.is_empty()
        && let Some(card) = lines(text, extent.toml.start)
            .take_while(|line| line.span.start < extent.toml.end)
            .find(|line| Tag::of_line(line.text).is_some_and(Tag::opens))
    {
        let opening = Span::new(extent.whole.start, extent.whole.start + 3);
        diagnostics.push(
            Diagnostic::new(
                "front-matter-cards",
                Severity::Error,
                opening,
                "`---` on the first line opens front matter, but cards follow",
            )
            .label("opens front matter")
            .related(Span::new(card.span.start, card.span.start + 2), "a card")
            .help("take the first line out, or close the front matter with `---` before the first card"),
        );
        front.body = extent.toml.start;
        return front;
    }
    faults(text, &document, diagnostics);
    let mut keys = Vec::new();
    for entry in document.entries {
        keys.push(HeadKey { name: entry.name.clone(), key: entry.key, value: entry.value_span });
        set(text, &mut front.head, &entry, diagnostics);
    }
    front.text = Some(HeadText { span: extent.whole, toml: extent.toml, keys });
    front.body = extent.body;
    front
}

fn stem(file_name: &str) -> &str {
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    }
}

fn plus_signs(text: &str, at: usize, diagnostics: &mut Vec<Diagnostic>) {
    if let Some(line) = Line::at(text, at).filter(|line| line.text.trim_end() == "+++") {
        diagnostics.push(
            Diagnostic::new(
                "front-matter-plus",
                Severity::Warning,
                trimmed(text, line.span),
                "front matter between `+++` is not read",
            )
            .help("write `---` in place of both `+++`")
            .maybe_fix(with_dashes(text, &line)),
        );
    }
}

/// Puts `---` in place of both `+++`, where what stands between them is TOML.
fn with_dashes(text: &str, opening: &Line<'_>) -> Option<Fix> {
    let closing = lines(text, opening.next).find(|line| line.text.trim_end() == "+++")?;
    let between = &text[opening.next..closing.span.start];
    let at = Span::new(opening.span.start, closing.span.start + 3);
    let ends = &text[opening.span.start + 3..opening.next];
    toml_text::read(between, opening.next)
        .faults
        .is_empty()
        .then(|| Fix { span: at, text: format!("---{ends}{between}---") })
}

fn faults(text: &str, document: &Document, diagnostics: &mut Vec<Diagnostic>) {
    let mut seen = HashSet::new();
    for fault in &document.faults {
        let start = text[..fault.span.start.min(text.len())].rfind('\n').map_or(0, |at| at + 1);
        // One fault a line: the rest of a line that is not TOML only repeats it.
        if !seen.insert(start) {
            continue;
        }
        let Some(whole) = Line::at(text, start) else { continue };
        let line = whole.text;
        if let Some((toml, end)) = from_yaml(text, &whole) {
            let at = trimmed(text, Span::new(start, start + line.len()));
            // The lines of a list belong to its key.
            seen.extend(lines(&text[..end], whole.next).map(|line| line.span.start));
            diagnostics.push(
                Diagnostic::new(
                    "front-matter-yaml",
                    Severity::Error,
                    at,
                    "front matter is TOML, and this is YAML",
                )
                .help(format!("write `{toml}`"))
                .fix(Span::new(at.start, end.max(at.end)), toml),
            );
        } else {
            let fault =
                Diagnostic::new("front-matter-toml", Severity::Error, fault.span, fault.message.clone())
                    .label("front matter is TOML");
            let at = trimmed(text, whole.span);
            diagnostics.push(match quoted_line(line) {
                Some(toml) => fault.help(format!("write `{toml}`")).fix(at, toml),
                None => fault.help("write lines as `name = \"Raft\"` or `tags = [\"consensus\"]`"),
            });
        }
    }
}

/// Turns `key: value` into TOML, where that is plain, with the end of what it takes up: a list may follow on lines of
/// its own.
fn from_yaml(text: &str, line: &Line<'_>) -> Option<(String, usize)> {
    let (key, value) = line.text.trim().split_once(':')?;
    if !is_key(key) {
        return None;
    }
    let mut end = line.span.start + line.text.trim_end().len();
    let value = value.trim();
    if value.is_empty() {
        let items: Vec<_> = lines(text, line.next)
            .map_while(|line| {
                let item = line.text.trim().strip_prefix("- ")?.trim();
                Some((item, line.span.start + line.text.trim_end().len()))
            })
            .collect();
        if let Some(last) = items.last() {
            end = last.1;
            return Some((format!("{key} = {}", list(items.iter().map(|item| item.0))), end));
        }
    }
    Some((format!("{key} = {}", plain_value(key, value)), end))
}

/// Turns `key = words` into TOML, where nothing else could be meant.
fn quoted_line(line: &str) -> Option<String> {
    let (key, value) = line.trim().split_once('=')?;
    let (key, value) = (key.trim_end(), value.trim());
    let plain = !value.is_empty() && !value.contains(['"', '\'', '#', '=', '{', '}', '\\']);
    (KEYS.contains(&key) && key != "strict" && plain).then(|| format!("{key} = {}", plain_value(key, value)))
}

fn is_key(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn plain_value(key: &str, value: &str) -> String {
    let inner = value.strip_prefix('[').and_then(|value| value.strip_suffix(']'));
    match inner.or_else(|| matches!(key, "tags" | "requires").then_some(value)) {
        Some(inner) => list(inner.split(',')),
        None if matches!(value, "true" | "false") => value.to_owned(),
        None => quoted(value),
    }
}

fn list<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<_> = words.filter(|word| !word.trim().is_empty()).map(quoted).collect();
    format!("[{}]", words.join(", "))
}

fn quoted(word: &str) -> String {
    let word = word.trim().trim_matches(['"', '\'']);
    format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""))
}

fn set(text: &str, head: &mut DeckHead, entry: &Entry, diagnostics: &mut Vec<Diagnostic>) {
    let at = entry.value_span;
    match entry.name.as_str() {
        "name" => {
            if let Some(name) = string(text, entry, "name = \"Raft\"", diagnostics) {
                if name.trim().is_empty() {
                    diagnostics.push(
                        Diagnostic::new("empty-name", Severity::Warning, at, "the deck's name is empty")
                            .label("the file's name is used")
                            .help("write a name, or take the line out")
                            .maybe_fix(one_line(text, entry).then(|| repair::without_lines(text, entry.key))),
                    );
                } else {
                    head.name = name.split_whitespace().collect::<Vec<_>>().join(" ");
                }
            }
        }
        "level" => {
            if let Some(name) = string(text, entry, "level = \"beginner\"", diagnostics) {
                head.level = Level::from_name(&name);
                if head.level.is_none() {
                    unknown_value("level", &name, at, Level::ALL.map(Level::name).as_slice(), diagnostics);
                }
            }
        }
        "area" => {
            if let Some(name) = string(text, entry, "area = \"storage\"", diagnostics) {
                head.area = Area::from_name(&name);
                if head.area.is_none() {
                    unknown_value("area", &name, at, Area::ALL.map(Area::name).as_slice(), diagnostics);
                }
            }
        }
        "dialect" => {
            if let Some(name) = string(text, entry, "dialect = \"hashcards\"", diagnostics) {
                match Dialect::from_name(&name) {
                    Some(dialect) => head.dialect = dialect,
                    None => {
                        unknown_value(
                            "dialect",
                            &name,
                            at,
                            Dialect::ALL.map(Dialect::name).as_slice(),
                            diagnostics,
                        );
                    }
                }
            }
        }
        "resource" => head.resource = string(text, entry, "resource = \"mit-6.824\"", diagnostics),
        "source" => {
            head.source = string(text, entry, "source = \"Ongaro & Ousterhout 2014\"", diagnostics);
        }
        "requires" => head.requires = strings(text, entry, "requires = [\"quorums\"]", diagnostics),
        "tags" => head.tags = strings(text, entry, "tags = [\"consensus\"]", diagnostics),
        "strict" => match entry.value {
            toml::Value::Boolean(strict) => head.strict = strict,
            _ => wrong_type(text, entry, "true or false", "strict = true", diagnostics),
        },
        _ => unknown_key(entry, diagnostics),
    }
}

fn string(text: &str, entry: &Entry, example: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<String> {
    match &entry.value {
        toml::Value::String(text) => Some(text.clone()),
        _ => {
            wrong_type(text, entry, "a text in quotes", example, diagnostics);
            None
        }
    }
}

fn strings(text: &str, entry: &Entry, example: &str, diagnostics: &mut Vec<Diagnostic>) -> Vec<String> {
    let words: Option<Vec<String>> = match &entry.value {
        toml::Value::Array(values) => values.iter().map(|value| value.as_str().map(str::to_owned)).collect(),
        _ => None,
    };
    words.unwrap_or_else(|| {
        wrong_type(text, entry, "a list of texts in quotes", example, diagnostics);
        Vec::new()
    })
}

fn wrong_type(text: &str, entry: &Entry, wanted: &str, example: &str, diagnostics: &mut Vec<Diagnostic>) {
    let found = match &entry.value {
        toml::Value::String(_) => "a text",
        toml::Value::Integer(_) | toml::Value::Float(_) => "a number",
        toml::Value::Boolean(_) => "true or false",
        toml::Value::Datetime(_) => "a date",
        toml::Value::Array(_) => "a list",
        toml::Value::Table(_) => "a table",
    };
    let message = format!("`{}` takes {wanted}, not {found}", entry.name);
    diagnostics.push(
        Diagnostic::new("front-matter-type", Severity::Error, entry.value_span, message)
            .help(format!("write `{example}`"))
            .maybe_fix(as_wanted(text, entry)),
    );
}

/// Writes a value in the kind that its key takes, where that is a matter of quotes and brackets.
fn as_wanted(text: &str, entry: &Entry) -> Option<Fix> {
    let raw = text.get(entry.value_span.start..entry.value_span.end)?;
    let is_word = |value: &toml::Value| {
        matches!(
            value,
            toml::Value::Integer(_)
                | toml::Value::Float(_)
                | toml::Value::Boolean(_)
                | toml::Value::Datetime(_)
                | toml::Value::String(_)
        )
    };
    let wanted = match (entry.name.as_str(), &entry.value) {
        ("name" | "source" | "resource", value) if is_word(value) => quoted(raw),
        ("requires" | "tags", toml::Value::String(_)) if !raw.contains('\n') => format!("[{raw}]"),
        ("requires" | "tags", toml::Value::Array(values)) if values.iter().all(is_word) => {
            let words: Vec<_> = values
                .iter()
                .map(|value| value.as_str().map_or_else(|| quoted(&value.to_string()), quoted))
                .collect();
            format!("[{}]", words.join(", "))
        }
        ("strict", toml::Value::String(word)) => match word.to_lowercase().as_str() {
            "true" | "yes" => "true".to_owned(),
            "false" | "no" => "false".to_owned(),
            _ => return None,
        },
        _ => return None,
    };
    Some(Fix { span: entry.value_span, text: wanted })
}

/// Tells whether an entry takes up one line and nothing else stands on it.
fn one_line(text: &str, entry: &Entry) -> bool {
    let start = repair::line_start(text, entry.key.start);
    let line = Line::at(text, start).map_or("", |line| line.text);
    start == entry.key.start && line.trim_end().len() == entry.value_span.end - start
}

fn unknown_value(key: &str, value: &str, at: Span, known: &[&str], diagnostics: &mut Vec<Diagnostic>) {
    let near = did_you_mean(value, known.iter().copied());
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("write one of {}", listed(known)),
    };
    diagnostics.push(
        Diagnostic::new("front-matter-value", Severity::Error, at, format!("no {key} is named `{value}`"))
            .help(help)
            .maybe_fix(near.map(|near| Fix { span: at, text: quoted(near) })),
    );
}

fn unknown_key(entry: &Entry, diagnostics: &mut Vec<Diagnostic>) {
    let near = did_you_mean(&entry.name, KEYS);
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the keys are {}", listed(&KEYS)),
    };
    let mut diagnostic = Diagnostic::new(
        "front-matter-key",
        Severity::Warning,
        entry.key,
        format!("front matter has no key `{}`", entry.name),
    )
    .label("not read")
    .help(help);
    if let Some(near) = near {
        diagnostic = diagnostic.fix(entry.key, near);
    }
    diagnostics.push(diagnostic);
}

fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
