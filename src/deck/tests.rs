//! Tests of the whole deck language: what others make of 73 inputs and what we make of them, laws, real decks.

use std::fmt::Write as _;

use super::*;
use crate::card::CardKind;

/// Reads a text under the name `t.md`.
fn read(text: &str) -> Parsed {
    parse(&SourceText::new("t.md", text))
}

/// Writes cards and diagnostics as one line each.
fn told(source: &SourceText, parsed: &Parsed) -> String {
    let mut out = String::new();
    for card in parsed.cards() {
        let key = if card.key.is_explicit() { format!(" {}", card.key) } else { String::new() };
        let what = match &card.kind {
            CardKind::Recall { question, answer } => format!("{question:?} -> {answer:?}"),
            CardKind::Cloze { text, hidden } => {
                format!("{text:?} [{}..{}] = {:?}", hidden.start, hidden.end, &text[hidden.start..hidden.end])
            }
            CardKind::Choice { question, options, .. } => {
                let options: Vec<_> = options
                    .iter()
                    .map(|option| format!("{} {:?}", if option.right { "[x]" } else { "[ ]" }, option.text))
                    .collect();
                format!("{question:?} -> {}", options.join(", "))
            }
            CardKind::Order { question, items } => format!("{question:?} -> {items:?}"),
            CardKind::Typed { question, accepted, exact } => {
                format!("{question:?} -> {accepted:?} exact={exact}")
            }
            CardKind::Number { question, answer } => {
                format!("{question:?} -> {}", crate::grading::quantity::to_text(answer))
            }
            CardKind::Problem { family, parameters } => format!("{family} {}", parameters.to_string().trim()),
        };
        let _ = writeln!(out, "    {}{key} {what}", card.kind.name());
        for (name, text) in [("hint", &card.hint), ("why", &card.why), ("source", &card.source)] {
            if let Some(text) = text {
                let _ = writeln!(out, "      {name} {text:?}");
            }
        }
        for (name, words) in [("tags", &card.tags), ("confuses", &card.confuses)] {
            if !words.is_empty() {
                let _ = writeln!(out, "      {name} {words:?}");
            }
        }
    }
    for diagnostic in &parsed.diagnostics {
        let at = source.position(diagnostic.span.start);
        let severity = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        };
        let _ = writeln!(
            out,
            "    {severity} {}:{} {}: {}",
            at.line, at.column, diagnostic.code, diagnostic.message
        );
    }
    out
}

/// One of the inputs that were measured with both tools.
pub(super) struct Case<'a> {
    pub(super) name: &'a str,
    pub(super) input: String,
    /// The lines below `hashcards:` and `repeater:`.
    pub(super) measured: [Vec<&'a str>; 2],
}

/// Reads the 73 cases.
pub(super) fn cases() -> Vec<Case<'static>> {
    let mut cases: Vec<Case<'static>> = Vec::new();
    let mut tool = 0;
    for line in include_str!("../../tests/fixtures/dialect/cases.txt").lines() {
        if let Some(name) = line.strip_prefix("## ") {
            cases.push(Case { name, input: String::new(), measured: [Vec::new(), Vec::new()] });
            continue;
        }
        let case = cases.last_mut().expect("a name comes first");
        if let Some(input) = line.strip_prefix("  input ") {
            case.input = serde_json::from_str(input).expect("inputs are JSON strings");
        } else {
            let (rest, measured) =
                match (line.strip_prefix("  hashcards: "), line.strip_prefix("  repeater: ")) {
                    (Some(rest), _) => (rest, 0),
                    (_, Some(rest)) => (rest, 1),
                    _ => (line, tool),
                };
            tool = measured;
            case.measured[tool].push(rest);
        }
    }
    cases
}

#[test]
fn all_cases_of_the_dialect_are_read_as_decided() {
    let cases = cases();
    assert_eq!(cases.len(), 73);
    let mut found = String::new();
    for case in &cases {
        let source = SourceText::new("t.md", &case.input);
        let _ = writeln!(found, "## {}\n  input {:?}\n  retain:", case.name, case.input);
        found.push_str(&told(&source, &parse(&source)));
    }
    insta::assert_snapshot!("dialect_cases", found);
}

#[test]
fn everything_one_of_the_tools_reads_is_read_here_too() {
    // Faults that cost somebody text without a word, by decision: each is an error here.
    let refused = [
        "indented A",
        "two A",
        "empty A",
        "C then A",
        "A alone",
        "unclosed open bracket",
        "stray close bracket",
        "empty brackets",
        "empty brackets then good",
        "double backslash bracket",
        "bang bracket adjacent",
        "task list in cloze",
        "yaml front matter",
        "front matter unclosed",
        "Q then Q",
        "Q then C",
    ];
    for case in cases() {
        let loads = case.measured[0].first().is_some_and(|line| !line.contains("ERR"))
            || case.measured[1].first().is_some_and(|line| !line.contains("ERR"));
        let parsed = read(&case.input);
        if parsed.has_errors() {
            assert!(refused.contains(&case.name), "{} is refused", case.name);
        } else {
            assert!(loads || case.name == "Q then Q", "{} is read by nobody else", case.name);
        }
    }
}
