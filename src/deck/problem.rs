//! `Problem:`: the name of a family and its parameters as TOML lines, each with its place.
//! Not for what a family accepts: `problem/` knows that, and takes the places from [`ProblemBlock`].

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;

use super::line::{Line, trimmed};
use super::toml_text::{Entry, read};

/// A generated problem as written: the family, its parameters, and where they stand.
#[derive(Clone, Debug, PartialEq)]
pub struct ProblemBlock {
    /// The family's name, as `raft.commit-index`.
    pub family: String,
    /// Where the name stands.
    pub family_span: Span,
    /// The parameters.
    pub parameters: toml::Table,
    /// Where each top-level parameter stands, in the author's order.
    pub places: Vec<Parameter>,
}

/// Where one parameter stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// The bytes of the name.
    pub key: Span,
    /// The bytes of the value.
    pub value: Span,
}

/// Reads the body of a `Problem:`.
pub(super) fn problem(
    source: &str,
    body: Span,
    holes: &[Span],
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<ProblemBlock> {
    let first = Line::at(&source[..body.end], body.start)?;
    let family_span = trimmed(source, first.span);
    let family = &source[family_span.start..family_span.end];
    let good = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase())
            && part.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
    };
    if !family.split('.').all(good) {
        diagnostics.push(
            Diagnostic::new(
                "bad-family",
                Severity::Error,
                family_span,
                "this is no name of a problem family",
            )
            .help("write one as `raft.commit-index`; parameters go on the lines below, as `servers = 5`"),
        );
        return None;
    }
    // Comments of ours among the parameters: TOML has others.
    let mut text = String::new();
    let toml = if holes.iter().any(|hole| hole.start > body.start && hole.start < body.end) {
        text.push_str(&source[first.next..body.end]);
        for hole in holes.iter().filter(|hole| hole.start >= first.next && hole.start < body.end) {
            let (from, to) = (hole.start - first.next, (hole.end.min(body.end)) - first.next);
            text.replace_range(from..to, &" ".repeat(to - from));
        }
        text.as_str()
    } else {
        source.get(first.next..body.end).unwrap_or_default()
    };
    if toml.trim().is_empty() {
        return Some(ProblemBlock {
            family: family.to_owned(),
            family_span,
            parameters: toml::Table::new(),
            places: Vec::new(),
        });
    }
    let document = read(toml, first.next);
    if let Some(fault) = document.faults.first() {
        diagnostics.push(
            Diagnostic::new("problem-toml", Severity::Error, fault.span, fault.message.clone())
                .label("the lines below `Problem:` are TOML")
                .help("write parameters as `servers = 5` or `sizes = [3, 5]`; notes go after `---`"),
        );
        return None;
    }
    let mut parameters = toml::Table::new();
    let mut places = Vec::new();
    for Entry { name, key, value, value_span } in document.entries {
        places.push(Parameter { name: name.clone(), key, value: value_span });
        parameters.insert(name, value);
    }
    Some(ProblemBlock { family: family.to_owned(), family_span, parameters, places })
}
